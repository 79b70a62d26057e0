// Questions to an entry of debug information. Of libdw, within `isolated`.
#pragma once
#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace plumb::probe {

// An open file, mapped: who cuts it short ends whoever reads it here.
class MappedElf {
 public:
  explicit MappedElf(int file);
  MappedElf(const MappedElf&) = delete;
  MappedElf& operator=(const MappedElf&) = delete;
  ~MappedElf();

  ::Elf* get() const { return elf_; }  // null: it is none

 private:
  void* bytes_ = nullptr;
  size_t size_ = 0;
  ::Elf* elf_ = nullptr;
};

// The debug information of an open file; null: there is none.
class OpenDwarf {
 public:
  explicit OpenDwarf(int file);
  Dwarf* get() const { return dwarf_.get(); }

 private:
  const MappedElf elf_;
  const std::unique_ptr<Dwarf, int (*)(Dwarf*)> dwarf_;
};

// An attribute's number, also of what the entry is an instance of.
std::optional<uint64_t> number(Dwarf_Die& die, unsigned attribute);
std::string_view name_of(Dwarf_Die& die);

// The type that `holder` has, without typedefs and qualifiers. False: it has none.
bool take_type(Dwarf_Die& holder, Dwarf_Die& type);

bool is_object(Dwarf_Die& type);           // a struct, a class or a union
bool is_static_member(Dwarf_Die& member);  // of an object: it is not within it

}  // namespace plumb::probe

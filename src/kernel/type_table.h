// TypeTable: types in BTF as they lie in memory, found by name.
//
// libbpf copies the bytes before it reads them, 7 MB of a kernel's types, and compares the names of
// all 200,000 types for each that it looks for. Here each name is looked for once among all names,
// and types are compared by where their name lies.
//
// Formats: Documentation/bpf/btf.rst; include/uapi/linux/btf.h.
#pragma once
#include <linux/btf.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace plumb::kernel {

class TypeTable {
 public:
  // The bytes must outlive it. None when they are no BTF of this machine's byte order, are cut, or
  // have a kind of types that is not known here.
  static std::optional<TypeTable> of(std::string_view bytes);

  // Types are numbered from 1 to count() - 1; 0 is void.
  uint32_t count() const { return static_cast<uint32_t>(places_.size()); }
  // Null for void and what is none. All that its kind and vlen say follows it in memory.
  const btf_type* type(uint32_t id) const;
  // "" for what lies outside.
  std::string_view name(uint32_t offset) const;
  std::string_view name_of(const btf_type* type) const { return name(type->name_off); }

  // Is this the whole name of anything?
  bool has_name(std::string_view name) const;
  // The first type of that name and kind (BTF_KIND_*); 0 when there is none.
  uint32_t find(std::string_view name, uint32_t kind) const;

  // Bytes of a type with all that follows it; 0: its kind is not known.
  static size_t size_of(const btf_type& type);

 private:
  bool place_types(std::string_view types);
  std::vector<uint32_t> offsets_of(std::string_view name) const;

  std::string_view types_, names_;
  std::vector<uint32_t> places_{0};  // by number, in types_
};

}  // namespace plumb::kernel

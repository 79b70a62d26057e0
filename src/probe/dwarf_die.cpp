#include "probe/dwarf_die.h"

#include <dwarf.h>
#include <sys/mman.h>
#include <unistd.h>

namespace plumb::probe {
namespace {

constexpr int most_layers = 64;  // typedefs and qualifiers of one type

bool is_qualifier(int tag) {
  return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
         tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

}  // namespace

// libelf would read all of it into memory of its own: it asks for the size by a call that
// `isolated` does not allow.
MappedElf::MappedElf(int file) {
  elf_version(EV_CURRENT);
  const off_t end = lseek(file, 0, SEEK_END);
  if (end <= 0) return;
  const auto size = static_cast<size_t>(end);
  void* const bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) return;
  bytes_ = bytes;
  size_ = size;
  elf_ = elf_memory(static_cast<char*>(bytes), size);
}

MappedElf::~MappedElf() {
  elf_end(elf_);
  if (bytes_ != nullptr) munmap(bytes_, size_);
}

OpenDwarf::OpenDwarf(int file)
    : elf_(file), dwarf_(dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr), dwarf_end) {}

std::optional<uint64_t> number(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  if (dwarf_attr_integrate(&die, attribute, &found) == nullptr) return std::nullopt;
  if (dwarf_formudata(&found, &value) != 0) {
    bool is_set = false;
    if (dwarf_formflag(&found, &is_set) != 0) return std::nullopt;
    value = is_set ? 1 : 0;
  }
  return value;
}

std::string_view name_of(Dwarf_Die& die) {
  const char* name = dwarf_diename(&die);
  return name == nullptr ? std::string_view() : name;
}

bool take_type(Dwarf_Die& holder, Dwarf_Die& type) {
  Dwarf_Die at = holder;
  for (int i = 0; i < most_layers; i++) {
    Dwarf_Attribute attribute;
    if (dwarf_attr_integrate(&at, DW_AT_type, &attribute) == nullptr) return false;
    if (dwarf_formref_die(&attribute, &type) == nullptr) return false;
    if (!is_qualifier(dwarf_tag(&type))) return true;
    at = type;
  }
  return false;
}

bool is_object(Dwarf_Die& type) {
  const int tag = dwarf_tag(&type);
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

bool is_static_member(Dwarf_Die& member) {
  return number(member, DW_AT_external).value_or(0) != 0 ||
         number(member, DW_AT_declaration).value_or(0) != 0;
}

}  // namespace plumb::probe

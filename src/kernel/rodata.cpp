#include "kernel/rodata.h"

#include <bpf/btf.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace plumb::kernel {
namespace {

struct Cursor {
  uint32_t type;
  uint32_t offset;
};

uint32_t resolve(const btf* types, uint32_t id) {
  const int resolved = btf__resolve_type(types, id);
  return resolved < 0 ? 0 : static_cast<uint32_t>(resolved);
}

Result<Cursor> variable(const btf* types, std::string_view name) {
  const int section = btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC);
  if (section < 0) return fail("the object has no read-only data");
  const btf_type* type = btf__type_by_id(types, static_cast<uint32_t>(section));
  const btf_var_secinfo* each = btf_var_secinfos(type);
  for (int i = 0; i < btf_vlen(type); i++) {
    const btf_type* var = btf__type_by_id(types, each[i].type);
    if (name == btf__name_by_offset(types, var->name_off)) return Cursor{var->type, each[i].offset};
  }
  return fail("no read-only variable " + std::string(name));
}

Result<Cursor> member(const btf* types, Cursor at, std::string_view name) {
  const btf_type* type = btf__type_by_id(types, resolve(types, at.type));
  if (!btf_is_composite(type)) return fail("no member " + std::string(name) + ": not a struct");
  const btf_member* each = btf_members(type);
  for (uint32_t i = 0; i < btf_vlen(type); i++)
    if (name == btf__name_by_offset(types, each[i].name_off))
      return Cursor{each[i].type, at.offset + btf_member_bit_offset(type, i) / 8};
  return fail("no member " + std::string(name));
}

Result<Cursor> element(const btf* types, Cursor at, std::string_view digits) {
  uint32_t index = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const btf_type* type = btf__type_by_id(types, resolve(types, at.type));
  if (!btf_is_array(type) || index >= btf_array(type)->nelems)
    return fail("no element " + std::string(digits));
  const uint32_t of = btf_array(type)->type;
  const int64_t size = btf__resolve_size(types, of);
  return Cursor{of, at.offset + index * static_cast<uint32_t>(size)};
}

// Follows ".member[index]..." from `at`.
Result<Place> walk(const btf* types, Cursor at, std::string_view path) {
  while (!path.empty()) {
    const bool is_index = path.front() == '[';
    path.remove_prefix(1);
    const size_t end = std::min(path.find_first_of(is_index ? "]" : ".["), path.size());
    if (is_index) {
      at = TRY(element(types, at, path.substr(0, end)));
      path.remove_prefix(std::min(end + 1, path.size()));
    } else {
      at = TRY(member(types, at, path.substr(0, end)));
      path.remove_prefix(end);
    }
  }
  const int64_t size = btf__resolve_size(types, at.type);
  if (size < 0) return fail("a type of unknown size");
  return Place{at.offset, static_cast<uint32_t>(size)};
}

}  // namespace

Result<Place> place_of(const btf* types, std::string_view path) {
  const size_t end = std::min(path.find_first_of(".["), path.size());
  Cursor at = TRY(variable(types, path.substr(0, end)));
  return walk(types, at, path.substr(end));
}

Result<Place> place_in(const btf* types, std::string_view structure, std::string_view path) {
  const int id = btf__find_by_name_kind(types, std::string(structure).c_str(), BTF_KIND_STRUCT);
  if (id < 0) return fail("no struct " + std::string(structure));
  return walk(types, {static_cast<uint32_t>(id), 0}, "." + std::string(path));
}

std::string struct_of(const btf* types, std::string_view structure, std::string_view name) {
  const int id = btf__find_by_name_kind(types, std::string(structure).c_str(), BTF_KIND_STRUCT);
  if (id < 0) return {};
  auto at = member(types, {static_cast<uint32_t>(id), 0}, name);
  const btf_type* type = at ? btf__type_by_id(types, resolve(types, at->type)) : nullptr;
  return type && btf_is_struct(type) ? btf__name_by_offset(types, type->name_off) : "";
}

bool enumerator(const btf* types, std::string_view name, uint64_t& value) {
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    const btf_type* type = btf__type_by_id(types, id);
    if (!btf_is_enum(type)) continue;
    const struct btf_enum* each = btf_enum(type);
    for (int i = 0; i < btf_vlen(type); i++) {
      if (name != btf__name_by_offset(types, each[i].name_off)) continue;
      value = static_cast<uint64_t>(each[i].val);
      return true;
    }
  }
  return false;
}

}  // namespace plumb::kernel

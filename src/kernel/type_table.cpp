#include "kernel/type_table.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace plumb::kernel {
namespace {

std::string_view section(std::string_view bytes, const btf_header& header, uint32_t offset,
                         uint32_t size) {
  const size_t begin = size_t{header.hdr_len} + offset;
  return begin > bytes.size() || size > bytes.size() - begin ? std::string_view()
                                                             : bytes.substr(begin, size);
}

}  // namespace

std::optional<TypeTable> TypeTable::of(std::string_view bytes) {
  btf_header header{};
  if (bytes.size() < sizeof(header)) return {};
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != BTF_MAGIC || header.version != BTF_VERSION) return {};
  TypeTable table;
  table.names_ = section(bytes, header, header.str_off, header.str_len);
  const std::string_view types = section(bytes, header, header.type_off, header.type_len);
  if (!table.names_.ends_with('\0') || !table.names_.starts_with('\0') ||
      types.size() != header.type_len || !table.place_types(types))
    return {};
  return table;
}

bool TypeTable::place_types(std::string_view types) {
  if (reinterpret_cast<uintptr_t>(types.data()) % alignof(btf_type) != 0) return false;
  types_ = types;
  places_.reserve(types.size() / 24);  // of a kernel's, one has 26 bytes on average
  for (size_t at = 0; at < types.size();) {
    btf_type type{};
    if (types.size() - at < sizeof(type)) return false;
    std::memcpy(&type, types.data() + at, sizeof(type));
    const size_t size = size_of(type);
    if (size == 0 || size > types.size() - at) return false;
    places_.push_back(static_cast<uint32_t>(at));
    at += size;
  }
  return true;
}

size_t TypeTable::size_of(const btf_type& type) {
  const size_t parts = BTF_INFO_VLEN(type.info), head = sizeof(type);
  switch (BTF_INFO_KIND(type.info)) {
    case BTF_KIND_INT:
      return head + sizeof(uint32_t);
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG:
      return head;
    case BTF_KIND_ARRAY:
      return head + sizeof(struct btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return head + parts * sizeof(struct btf_member);
    case BTF_KIND_ENUM:
      return head + parts * sizeof(struct btf_enum);
    case BTF_KIND_ENUM64:
      return head + parts * sizeof(struct btf_enum64);
    case BTF_KIND_FUNC_PROTO:
      return head + parts * sizeof(struct btf_param);
    case BTF_KIND_VAR:
      return head + sizeof(struct btf_var);
    case BTF_KIND_DATASEC:
      return head + parts * sizeof(struct btf_var_secinfo);
    case BTF_KIND_DECL_TAG:
      return head + sizeof(struct btf_decl_tag);
    default:
      return 0;
  }
}

const btf_type* TypeTable::type(uint32_t id) const {
  if (id == 0 || id >= count()) return nullptr;
  return reinterpret_cast<const btf_type*>(types_.data() + places_[id]);
}

std::string_view TypeTable::name(uint32_t offset) const {
  return offset < names_.size() ? std::string_view(names_.data() + offset) : std::string_view();
}

// Where it stands as a whole: once, as names are not repeated, but nothing forbids that.
std::vector<uint32_t> TypeTable::offsets_of(std::string_view name) const {
  std::vector<uint32_t> offsets;
  const std::string framed = '\0' + std::string(name) + '\0';
  const char* at = names_.data();
  const char* const end = at + names_.size();
  while (!name.empty()) {
    // ten times as fast as string_view's, as all that it looks at begins with 0
    at = static_cast<const char*>(
        memmem(at, static_cast<size_t>(end - at), framed.data(), framed.size()));
    if (!at) break;
    offsets.push_back(static_cast<uint32_t>(++at - names_.data()));
  }
  return offsets;
}

bool TypeTable::has_name(std::string_view name) const { return !offsets_of(name).empty(); }

uint32_t TypeTable::find(std::string_view name, uint32_t kind) const {
  const std::vector<uint32_t> offsets = offsets_of(name);
  for (uint32_t id = 1; !offsets.empty() && id < count(); id++) {
    const btf_type* each = type(id);
    if (BTF_INFO_KIND(each->info) == kind &&
        std::ranges::find(offsets, each->name_off) != offsets.end())
      return id;
  }
  return 0;
}

}  // namespace plumb::kernel

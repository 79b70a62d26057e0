#include "kernel/reduced_types.h"

#include <bpf/btf.h>

#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace plumb::kernel {
namespace {

bool can_begin(const btf_type* type) {
  return btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type);
}

std::string_view without_flavour(std::string_view name) { return name.substr(0, name.find("___")); }

// BTF in the making: types are numbered as they are added.
class TypeWriter {
 public:
  uint32_t add(btf_type type, std::string_view tail = {}) {
    types_.append(reinterpret_cast<const char*>(&type), sizeof(type)).append(tail);
    return ++last_;
  }
  uint32_t add_pointer(uint32_t to) { return add(head(BTF_KIND_PTR, 0, to)); }
  uint32_t name(std::string_view text) {
    if (text.empty()) return 0;
    const auto [known, is_new] = offsets_.try_emplace(text, static_cast<uint32_t>(names_.size()));
    if (is_new) names_.append(text).append(1, '\0');
    return known->second;
  }

  std::string bytes() const {
    const auto types = static_cast<uint32_t>(types_.size());
    const btf_header header{BTF_MAGIC, BTF_VERSION, 0,     sizeof(btf_header),
                            0,         types,       types, static_cast<uint32_t>(names_.size())};
    return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + types_ + names_;
  }

  static btf_type head(uint32_t kind, uint32_t parts, uint32_t to) {
    btf_type type{};
    type.info = kind << 24 | parts;
    type.type = to;
    return type;
  }

 private:
  std::string types_, names_{'\0'};
  std::unordered_map<std::string_view, uint32_t> offsets_;  // of names that lie in the kernel's
  uint32_t last_ = 0;
};

// Copies types one by one, what they contain first.
class Reduction {
 public:
  explicit Reduction(const TypeTable& kernel)
      : kernel_(kernel),
        pointer_(copy_.add_pointer(0)),
        structure_(copy_.add(TypeWriter::head(BTF_KIND_STRUCT, 0, 0))),
        union_(copy_.add(TypeWriter::head(BTF_KIND_UNION, 0, 0))) {}

  // Its number in the copy; 0 for what ends there.
  uint32_t take(uint32_t id) {
    const btf_type* type = kernel_.type(id);
    if (!type || btf_is_func_proto(type)) return 0;
    if (btf_is_ptr(type)) return pointer_;
    if (btf_is_type_tag(type)) return take(type->type);
    if (auto known = taken_.find(id); known != taken_.end()) return known->second;
    std::string tail(reinterpret_cast<const char*>(type + 1),
                     TypeTable::size_of(*type) - sizeof(*type));
    take_parts(type, tail);
    btf_type head = *type;
    head.name_off = copy_.name(kernel_.name_of(type));
    if (btf_is_mod(type) || btf_is_typedef(type)) head.type = take_target(type);
    return taken_[id] = copy_.add(head, tail);
  }

  std::string bytes() const { return copy_.bytes(); }

 private:
  // What follows the head of a type, with names and numbers of the copy.
  void take_parts(const btf_type* type, std::string& tail) {
    if (btf_is_array(type)) {
      struct btf_array array = *btf_array(type);
      array.type = take(array.type);
      array.index_type = take(array.index_type);
      std::memcpy(tail.data(), &array, sizeof(array));
    } else if (btf_is_composite(type)) {
      each_part<btf_member>(type, tail, [this](btf_member& m) { m.type = take(m.type); });
    } else if (btf_is_enum(type)) {
      each_part<struct btf_enum>(type, tail, [](struct btf_enum&) {});
    } else if (btf_is_enum64(type)) {
      each_part<struct btf_enum64>(type, tail, [](struct btf_enum64&) {});
    }
  }

  template <class Part>
  void each_part(const btf_type* type, std::string& tail, auto change) {
    for (size_t i = 0; i < btf_vlen(type); i++) {
      Part part;
      std::memcpy(&part, tail.data() + i * sizeof(part), sizeof(part));
      part.name_off = copy_.name(kernel_.name(part.name_off));
      change(part);
      std::memcpy(tail.data() + i * sizeof(part), &part, sizeof(part));
    }
  }

  uint32_t take_target(const btf_type* type) {
    const btf_type* signature = btf_is_typedef(type) ? signature_of(type) : nullptr;
    return signature ? copy_.add_pointer(take_signature(signature)) : take(type->type);
  }

  // Of a pointer to a function, as those of a tracepoint's arguments are; else null.
  const btf_type* signature_of(const btf_type* type) const {
    const btf_type* pointer = kernel_.type(type->type);
    if (!pointer || !btf_is_ptr(pointer)) return nullptr;
    const btf_type* function = kernel_.type(pointer->type);
    return function && btf_is_func_proto(function) ? function : nullptr;
  }

  uint32_t take_signature(const btf_type* function) {
    std::string arguments;
    for (uint16_t i = 0; i < btf_vlen(function); i++) {
      const btf_param argument{0, shape_of(btf_params(function)[i].type)};
      arguments.append(reinterpret_cast<const char*>(&argument), sizeof(argument));
    }
    const uint32_t result = shape_of(function->type);
    return copy_.add(TypeWriter::head(BTF_KIND_FUNC_PROTO, btf_vlen(function), result), arguments);
  }

  // What libbpf compares when it is asked whether there is a function with these arguments
  // (bpf_core_types_are_compat): of structures and unions only that they are such.
  uint32_t shape_of(uint32_t id) {
    const btf_type* type = kernel_.type(id);
    while (type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type))) {
      id = type->type;
      type = kernel_.type(id);
    }
    if (!type) return 0;
    if (btf_is_struct(type)) return structure_;
    if (btf_is_union(type)) return union_;
    if (!btf_is_ptr(type)) return take(id);
    const uint32_t shape = shape_of(type->type);
    return shape ? copy_.add_pointer(shape) : pointer_;
  }

  const TypeTable& kernel_;
  TypeWriter copy_;
  uint32_t pointer_;    // to anything
  uint32_t structure_;  // one without a name, as arguments point to
  uint32_t union_;
  std::unordered_map<uint32_t, uint32_t> taken_;
};

}  // namespace

std::set<std::string> relocatable_names(const btf* object) {
  std::set<std::string> names;
  for (uint32_t id = 1; id < btf__type_cnt(object); id++) {
    const btf_type* type = btf__type_by_id(object, id);
    if (!can_begin(type)) continue;
    const std::string_view name = without_flavour(btf__name_by_offset(object, type->name_off));
    if (!name.empty()) names.emplace(name);
  }
  return names;
}

std::string reduced_types(const TypeTable& kernel, const std::set<std::string>& names) {
  const std::unordered_set<std::string_view> wanted(names.begin(), names.end());
  Reduction reduction(kernel);
  for (uint32_t id = 1; id < kernel.count(); id++) {
    const btf_type* type = kernel.type(id);
    if (can_begin(type) && wanted.contains(without_flavour(kernel.name_of(type))))
      reduction.take(id);
  }
  return reduction.bytes();
}

}  // namespace plumb::kernel

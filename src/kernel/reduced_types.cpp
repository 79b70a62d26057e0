#include "kernel/reduced_types.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace plumb::kernel {
namespace {

bool can_begin(const btf_type* type) {
  return btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type);
}

std::string_view without_flavour(std::string_view name) { return name.substr(0, name.find("___")); }

// Copies types one by one, what they contain first.
class Reduction {
 public:
  explicit Reduction(const btf* kernel) : kernel_(kernel), copy_(btf__new_empty()) {
    pointer_ = btf__add_ptr(copy_.get(), 0);
    structure_ = btf__add_struct(copy_.get(), nullptr, 0);
    union_ = btf__add_union(copy_.get(), nullptr, 0);
  }

  int take(uint32_t id) {
    const btf_type* type = btf__type_by_id(kernel_, id);
    if (id == 0 || !type || btf_is_func_proto(type)) return 0;
    if (btf_is_ptr(type)) return pointer_;
    if (btf_is_type_tag(type)) return take(type->type);
    if (auto known = taken_.find(id); known != taken_.end()) return known->second;
    const std::vector<int> parts = parts_of(type);
    const int copied = btf__add_type(copy_.get(), kernel_, type);
    if (copied < 0) return copied;
    join(copied, parts);
    taken_[id] = copied;
    return copied;
  }

  Result<std::string> bytes() const {
    uint32_t size = 0;
    const auto* raw = static_cast<const char*>(btf__raw_data(copy_.get(), &size));
    if (!raw) return fail_errno("make the file of kernel types", errno);
    return std::string(raw, size);
  }

 private:
  struct Closer {
    void operator()(btf* types) const { btf__free(types); }
  };

  std::vector<int> parts_of(const btf_type* type) {
    std::vector<int> parts;
    if (btf_is_array(type)) {
      const int element = take(btf_array(type)->type);
      parts = {element, take(btf_array(type)->index_type)};
    } else if (btf_is_composite(type)) {
      for (uint16_t i = 0; i < btf_vlen(type); i++)
        parts.push_back(take(btf_members(type)[i].type));
    } else if (btf_is_typedef(type) && signature_of(type)) {
      const int signature = take_signature(signature_of(type));
      parts = {btf__add_ptr(copy_.get(), signature)};
    } else if (btf_is_mod(type) || btf_is_typedef(type)) {
      parts = {take(type->type)};
    }
    return parts;
  }

  // Of a pointer to a function, as those of a tracepoint's arguments are; else null.
  const btf_type* signature_of(const btf_type* type) const {
    const btf_type* pointer = btf__type_by_id(kernel_, type->type);
    if (!pointer || !btf_is_ptr(pointer)) return nullptr;
    const btf_type* function = btf__type_by_id(kernel_, pointer->type);
    return function && btf_is_func_proto(function) ? function : nullptr;
  }

  int take_signature(const btf_type* function) {
    std::vector<int> arguments;
    for (uint16_t i = 0; i < btf_vlen(function); i++)
      arguments.push_back(shape_of(btf_params(function)[i].type));
    const int result = shape_of(function->type);
    const int copied = btf__add_func_proto(copy_.get(), result);
    for (const int argument : arguments) btf__add_func_param(copy_.get(), nullptr, argument);
    return copied;
  }

  // What libbpf compares when it is asked whether there is a function with these arguments
  // (bpf_core_types_are_compat): of structures and unions only that they are such.
  int shape_of(uint32_t id) {
    const int target = btf__resolve_type(kernel_, id);
    if (target <= 0) return 0;
    const btf_type* type = btf__type_by_id(kernel_, static_cast<uint32_t>(target));
    if (btf_is_struct(type)) return structure_;
    if (btf_is_union(type)) return union_;
    if (!btf_is_ptr(type)) return take(static_cast<uint32_t>(target));
    const int shape = shape_of(type->type);
    return shape ? btf__add_ptr(copy_.get(), shape) : pointer_;
  }

  // libbpf has copied the type with the numbers that its parts have in the kernel.
  void join(int id, const std::vector<int>& parts) {
    auto* type = const_cast<btf_type*>(btf__type_by_id(copy_.get(), static_cast<uint32_t>(id)));
    if (btf_is_array(type)) {
      btf_array(type)->type = static_cast<uint32_t>(parts[0]);
      btf_array(type)->index_type = static_cast<uint32_t>(parts[1]);
    } else if (btf_is_composite(type)) {
      for (size_t i = 0; i < parts.size(); i++)
        btf_members(type)[i].type = static_cast<uint32_t>(parts[i]);
    } else if (!parts.empty()) {
      type->type = static_cast<uint32_t>(parts[0]);
    }
  }

  const btf* kernel_;
  std::unique_ptr<btf, Closer> copy_;
  int pointer_ = 0;    // to anything
  int structure_ = 0;  // one without a name, as arguments point to
  int union_ = 0;
  std::unordered_map<uint32_t, int> taken_;
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

Result<std::string> reduced_types(const btf* kernel, const std::set<std::string>& names) {
  const std::unordered_set<std::string_view> wanted(names.begin(), names.end());
  Reduction reduction(kernel);
  for (uint32_t id = 1; id < btf__type_cnt(kernel); id++) {
    const btf_type* type = btf__type_by_id(kernel, id);
    if (!can_begin(type)) continue;
    const std::string_view name = btf__name_by_offset(kernel, type->name_off);
    if (!wanted.contains(without_flavour(name))) continue;
    if (const int copied = reduction.take(id); copied < 0)
      return fail_errno("copy the kernel's type " + std::string(name), -copied);
  }
  return reduction.bytes();
}

}  // namespace plumb::kernel

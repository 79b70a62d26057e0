#include "kernel/kernel_signature.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "kernel/kernel_types.h"

namespace plumb::kernel {
namespace {

using probe::ValueKind;

constexpr int most_names = 32;  // typedefs and the like, one around the other

// Without the names that it was given; whether it is const on the way.
const btf_type* bare(uint32_t id, bool& is_const) {
  const btf_type* type = kernel_types()->type(id);
  for (int i = 0; i < most_names && type &&
                  (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type));
       i++) {
    is_const |= btf_is_const(type);
    type = kernel_types()->type(type->type);
  }
  return type;
}

std::string_view name_at(uint32_t offset) { return kernel_types()->name(offset); }

bool is_size(uint32_t id) {
  const btf_type* type = kernel_types()->type(id);
  if (type && btf_is_const(type)) type = kernel_types()->type(type->type);
  return type && btf_is_typedef(type) && name_at(type->name_off) == "size_t";
}

bool is_text(const btf_type* pointer) {
  bool is_const = false;
  const btf_type* to = bare(pointer->type, is_const);
  return is_const && to && btf_is_int(to) && name_at(to->name_off) == "char";
}

bool is_number(const btf_type* type) {
  const bool is_sized = type->size == 1 || type->size == 2 || type->size == 4 || type->size == 8;
  return is_sized && (btf_is_int(type) || btf_is_any_enum(type));
}

std::vector<probe::Enumerator> enumerators_of(const btf_type* type) {
  std::vector<probe::Enumerator> all;
  for (size_t i = 0; i < std::min<size_t>(btf_vlen(type), probe::max_enumerators); i++) {
    if (btf_is_enum64(type)) {
      const struct btf_enum64& each = btf_enum64(type)[i];
      all.push_back(
          {std::string(name_at(each.name_off)), static_cast<int64_t>(btf_enum64_value(&each))});
    } else {
      const struct btf_enum& each = btf_enum(type)[i];
      all.push_back({std::string(name_at(each.name_off)), each.val});
    }
  }
  return all;
}

KernelParameter parameter_of(uint32_t id, bool has_size_behind) {
  KernelParameter told;
  bool is_const = false;
  const btf_type* type = bare(id, is_const);
  told.is_told = type && (btf_is_ptr(type) || is_number(type));
  if (!told.is_told) {
    const bool is_sized =
        type && (btf_is_composite(type) || btf_is_int(type) || btf_is_float(type));
    told.slots = is_sized && type->size > 8 ? (type->size + 7) / 8 : 1;
    return told;
  }
  probe::Parameter& value = told.parameter;
  if (btf_is_ptr(type)) {
    value.kind = is_text(type) && !has_size_behind ? ValueKind::text : ValueKind::pointer;
    value.size = value.kind == ValueKind::text ? 0 : 8;
    return told;
  }
  const bool is_int = btf_is_int(type);
  const bool has_sign = is_int ? btf_int_encoding(type) & BTF_INT_SIGNED : btf_kflag(type);
  value.kind = is_int && (btf_int_encoding(type) & BTF_INT_BOOL) ? ValueKind::boolean
               : has_sign                                        ? ValueKind::signed_number
                                                                 : ValueKind::unsigned_number;
  value.size = type->size;
  if (!is_int) value.enumerators = enumerators_of(type);
  return told;
}

// Of a prototype, but for its first parameters.
KernelSignature signature_of(const btf_type* prototype, size_t first) {
  KernelSignature signature;
  const btf_param* all = btf_params(prototype);
  const size_t count = btf_vlen(prototype);
  for (size_t i = first; i < count; i++) {
    if (all[i].type == 0) break;  // the dots of variable arguments
    KernelParameter each = parameter_of(all[i].type, i + 1 < count && is_size(all[i + 1].type));
    const std::string_view name = name_at(all[i].name_off);
    each.parameter.name = name.empty() ? fmt::format("arg{}", i - first) : std::string(name);
    signature.parameters.push_back(std::move(each));
  }
  if (prototype->type == 0) return signature;
  const KernelParameter result = parameter_of(prototype->type, false);
  if (result.is_told) signature.result = result.parameter;
  return signature;
}

const btf_type* prototype_of(const std::string& function) {
  const btf_type* type = kernel_types()->type(kernel_type_id(function, BTF_KIND_FUNC));
  return type && btf_is_func(type) ? kernel_types()->type(type->type) : nullptr;
}

}  // namespace

std::optional<KernelSignature> signature_of_function(const std::string& name) {
  const btf_type* prototype = kernel_types() ? prototype_of(name) : nullptr;
  if (!prototype || !btf_is_func_proto(prototype)) return {};
  return signature_of(prototype, 0);
}

// The typedef has the types alone; the functions that the kernel makes for each tracepoint
// (include/linux/tracepoint.h, include/trace/bpf_probe.h) have the names, too.
std::optional<KernelSignature> signature_of_tracepoint(const std::string& name) {
  if (!kernel_type_id("btf_trace_" + name, BTF_KIND_TYPEDEF)) return {};
  for (const char* prefix : {"__traceiter_", "__bpf_trace_", "__probestub_"}) {
    const btf_type* prototype = prototype_of(prefix + name);
    if (prototype && btf_is_func_proto(prototype)) return signature_of(prototype, 1);
  }
  bool is_const = false;
  const btf_type* pointer = bare(kernel_type_id("btf_trace_" + name, BTF_KIND_TYPEDEF), is_const);
  const btf_type* to = pointer && btf_is_ptr(pointer) ? bare(pointer->type, is_const) : nullptr;
  if (!to || !btf_is_func_proto(to)) return {};
  return signature_of(to, 1);
}

}  // namespace plumb::kernel

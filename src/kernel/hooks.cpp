#include "kernel/hooks.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <string_view>

#include "base/text.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

// The tags "PREFIX..." on a function of the object, without the prefix.
std::vector<std::string> function_tags(const btf* types, const char* function,
                                       std::string_view prefix) {
  std::vector<std::string> tags;
  const int target = btf__find_by_name_kind(types, function, BTF_KIND_FUNC);
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    const btf_type* type = btf__type_by_id(types, id);
    if (!btf_is_decl_tag(type) || static_cast<int>(type->type) != target) continue;
    std::string_view tag = btf__name_by_offset(types, type->name_off);
    if (tag.starts_with(prefix)) tags.emplace_back(tag.substr(prefix.size()));
  }
  return tags;
}

// "knob" or "knob&ENUMERATOR". One that names nothing never holds.
std::vector<Condition> conditions_of(const btf* types, const char* function) {
  std::vector<Condition> conditions;
  for (const std::string& tag : function_tags(types, function, "if:")) {
    const std::vector<std::string> parts = split(tag, '&');
    Condition condition{parts.front()};
    if (parts.size() > 1 && !enumerator(types, parts[1], condition.bits)) condition.bits = 0;
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

}  // namespace

void LinkCloser::operator()(bpf_link* link) const { bpf_link__destroy(link); }

std::vector<Hook> hooks_of(bpf_object* object) {
  std::vector<Hook> hooks;
  const btf* types = bpf_object__btf(object);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const char* name = bpf_program__name(program);
    const std::vector<std::string> purposes = function_tags(types, name, "serves:");
    const std::vector<std::string> instead = function_tags(types, name, "instead:");
    hooks.push_back({name,
                     bpf_program__section_name(program),
                     purposes.empty() ? std::string() : purposes.front(),
                     conditions_of(types, name),
                     instead.empty() ? std::string() : instead.front(),
                     !function_tags(types, name, "at_end").empty(),
                     !function_tags(types, name, "until_seen").empty(),
                     false,
                     false,
                     {},
                     {}});
  }
  return hooks;
}

}  // namespace plumb::kernel

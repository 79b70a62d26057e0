// The plan as the programs see it: read-only data, and maps of the size it needs.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "kernel/apply_groups.h"
#include "kernel/live.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

const char* constant_of(query::Leaf::Op op) {
  switch (op) {
    case query::Leaf::Op::equal:
      return "OP_EQUAL";
    case query::Leaf::Op::less:
      return "OP_LESS";
    case query::Leaf::Op::at_most:
      return "OP_AT_MOST";
    case query::Leaf::Op::words:
      return "OP_WORDS";
    case query::Leaf::Op::bits:
      return "OP_BITS";
  }
  return "";
}

const char* constant_of(query::Leaf::Place place) {
  switch (place) {
    case query::Leaf::Place::field:
      return "PLACE_FIELD";
    case query::Leaf::Place::tail_start:
      return "PLACE_TAIL_START";
    case query::Leaf::Place::tail_end:
      return "PLACE_TAIL_END";
  }
  return "";
}

uint64_t next_leaf(const Tracer& tracer, int next) {
  if (next == query::Leaf::pass) return tracer.constant("NEXT_PASS");
  if (next == query::Leaf::reject) return tracer.constant("NEXT_REJECT");
  return static_cast<uint64_t>(next);
}

Result<> write_leaf(Tracer& tracer, size_t i, const query::Leaf& leaf) {
  auto set = [&](const char* member, uint64_t value) {
    return tracer.set(fmt::format("plan.where[{}].{}", i, member), value);
  };
  TRY(set("offset", leaf.field->offset));
  TRY(set("size", leaf.field->size));
  TRY(set("is_signed", leaf.field->is_signed()));
  TRY(set("op", tracer.constant(constant_of(leaf.op))));
  TRY(set("place", tracer.constant(constant_of(leaf.place))));
  TRY(set("yes", next_leaf(tracer, leaf.yes)));
  TRY(set("no", next_leaf(tracer, leaf.no)));
  TRY(set("length", leaf.length));
  TRY(set("exact_length", leaf.exact_length));
  TRY(set("used_words", leaf.words.size()));
  TRY(set("value", leaf.value));
  for (size_t word = 0; word < leaf.words.size(); word++) {
    TRY(set(fmt::format("words[{}]", word).c_str(), leaf.words[word]));
    TRY(set(fmt::format("masks[{}]", word).c_str(), leaf.masks[word]));
  }
  return {};
}

// A struct that many tracers share (struct caller) is filled by one function, which asks by the
// offset within it: plan.wanted_NAME, where the plan has such an array.
Result<> write_wanted_member(Tracer& tracer, const schema::Field& field, const char* need) {
  const size_t dot = field.path.find('.');
  if (dot == std::string::npos) return {};
  const btf* types = tracer.types();
  const std::string parent = field.path.substr(0, dot);
  const std::string shared = struct_of(types, tracer.schema().event.name, parent);
  if (!place_of(types, "plan.wanted_" + shared)) return {};
  const Place outer = TRY(place_in(types, tracer.schema().event.name, parent));
  const uint64_t when = tracer.constant(need);
  TRY(tracer.set(fmt::format("plan.{}_needs[{}]", shared, when), 1));
  return tracer.set(fmt::format("plan.wanted_{}[{}]", shared, field.offset - outer.offset), when);
}

// "a,b" of WANTED(name, "a,b"): is one of them read?
bool wants_any(const schema::Event& event, const query::Plan& plan, std::string_view list) {
  for (const std::string& path : split(list, ','))
    for (size_t i = 0; i < event.fields.size(); i++)
      if (plan.wanted[i] &&
          (event.fields[i].path == path || event.fields[i].path.starts_with(path + ".")))
        return true;
  return false;
}

// The object's read-only data with a tag "PREFIX...", and what follows the prefix.
std::vector<std::pair<std::string_view, std::string_view>> tagged_variables(
    const btf* types, std::string_view prefix) {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    const btf_type* tag = btf__type_by_id(types, id);
    if (!btf_is_decl_tag(tag)) continue;
    const std::string_view text = btf__name_by_offset(types, tag->name_off);
    const btf_type* variable = btf__type_by_id(types, tag->type);
    if (text.starts_with(prefix) && btf_is_var(variable))
      found.emplace_back(btf__name_by_offset(types, variable->name_off),
                         text.substr(prefix.size()));
  }
  return found;
}

Result<> write_wanted_sets(Tracer& tracer, const query::Plan& plan) {
  for (const auto& [variable, list] : tagged_variables(tracer.types(), "wanted:"))
    TRY(tracer.set(variable, wants_any(tracer.schema().event, plan, list)));
  return {};
}

Result<> write_wanted(Tracer& tracer, const query::Plan& plan) {
  TRY(write_wanted_sets(tracer, plan));
  const auto& fields = tracer.schema().event.fields;
  for (size_t i = 0; i < fields.size(); i++) {
    if (!plan.wanted[i]) continue;
    TRY(tracer.set(fmt::format("plan.wanted[{}]", fields[i].offset), 1));
    TRY(write_wanted_member(tracer, fields[i], "CALLER_LATE"));
  }
  for (const query::Leaf& leaf : plan.leaves)
    TRY(write_wanted_member(tracer, *leaf.field, "CALLER_EARLY"));
  return {};
}

}  // namespace

Result<> apply_plan(Tracer& tracer, const query::Plan& plan, uint16_t number) {
  TRY(tracer.set("plan.tracer", number));
  TRY(tracer.set("plan.leaves", plan.leaves.size()));
  for (size_t i = 0; i < plan.leaves.size(); i++) TRY(write_leaf(tracer, i, plan.leaves[i]));
  TRY(tracer.set("plan.sample_every", plan.sample_in_kernel ? plan.sample_every : 1));
  TRY(tracer.set("plan.to_lifecycle", tracer.schema().event.lifecycle));
  TRY(write_wanted(tracer, plan));
  return apply_grouping(tracer, plan);
}

Result<> apply_served(Tracer& tracer) {
  for (const auto& [variable, purpose] : tagged_variables(tracer.types(), "served:"))
    TRY(tracer.set(variable, std::ranges::any_of(tracer.hooks(), [&](const Hook& hook) {
                     return hook.chosen && hook.purpose == purpose;
                   })));
  return {};
}

Result<> apply_targeting(Tracer& tracer, const Targeting& targeting) {
  TRY(tracer.set("targeting.by_pid", targeting.by_pid));
  TRY(tracer.set("targeting.self", targeting.self));
  TRY(tracer.set("targeting.mount_ns", targeting.view.mount_ns));
  TRY(tracer.set("targeting.root_device", targeting.view.root_device));
  TRY(tracer.set("targeting.root_inode", targeting.view.root_inode));
  TRY(tracer.set("targeting.cgroups", targeting.more_cgroups ? tracer.constant("TARGET_CGROUPS")
                                                             : targeting.cgroups.size()));
  TRY(tracer.set("targeting.uids", targeting.uids.size()));
  for (size_t i = 0; i < targeting.uids.size(); i++)
    TRY(tracer.set(fmt::format("targeting.uid[{}]", i), targeting.uids[i]));
  TRY(tracer.set("targeting.comms", targeting.comms.size()));
  for (size_t i = 0; i < targeting.comms.size(); i++) {
    const std::string& comm = targeting.comms[i];
    std::array<uint64_t, 2> words{};
    std::memcpy(words.data(), comm.data(), std::min<size_t>(comm.size(), sizeof(words) - 1));
    for (size_t word = 0; word < words.size(); word++)
      TRY(tracer.set(fmt::format("targeting.comm[{}].words[{}]", i, word), words[word]));
  }
  return {};
}

Result<> check_targeting(const Tracer& any, const Targeting& targeting) {
  const auto check = [&](const char* what, size_t count, const char* limit) -> Result<> {
    const uint64_t most = any.constant(limit);
    if (count <= most) return {};
    return misuse(
        fmt::format("{} {} are more than the {} that can be told apart", count, what, most),
        "choose with --where, or a control group above them all");
  };
  TRY(check("control groups", targeting.cgroups.size(), "TARGET_CGROUPS"));
  TRY(check("users", targeting.uids.size(), "TARGET_UIDS"));
  return check("names of threads", targeting.comms.size(), "TARGET_COMMS");
}

}  // namespace plumb::kernel

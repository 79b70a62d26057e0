// The plan as the programs see it: read-only data, and maps of the size it needs.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <fmt/format.h>
#include <array>
#include <cstring>

#include "base/text.h"
#include "kernel/features.h"
#include "kernel/live.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

// bpf/group.bpf.h, bpf/direct.bpf.h
constexpr std::array<std::string_view, 9> group_maps = {
    "groups_even", "groups_odd",  "direct_even",  "direct_odd", "others",
    "empty_cell",  "key_scratch", "cell_numbers", "cell_keys"};

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

uint32_t padded(uint32_t size) { return (size + 7) & ~7U; }

// Bytes of a key in the kernel's table; a tail has what the others leave.
std::vector<uint32_t> key_sizes(const query::Plan& plan, uint32_t limit) {
  uint32_t fixed = 0, tails = 0;
  for (const schema::Field* key : plan.grouping->keys) {
    if (key->in_tail())
      tails++;
    else
      fixed += padded(key->size);
  }
  const uint32_t each_tail = tails ? std::min<uint32_t>(((limit - fixed) / tails) & ~7U, 64) : 0;
  std::vector<uint32_t> sizes;
  for (const schema::Field* key : plan.grouping->keys)
    sizes.push_back(key->in_tail() ? each_tail : key->size);
  return sizes;
}

Result<> write_keys(Tracer& tracer, const query::Plan& plan) {
  const auto sizes = key_sizes(plan, tracer.limits().key_bytes);
  for (size_t i = 0; i < sizes.size(); i++) {
    const schema::Field& key = *plan.grouping->keys[i];
    TRY(tracer.set(fmt::format("plan.key[{}].offset", i), key.offset));
    TRY(tracer.set(fmt::format("plan.key[{}].size", i), sizes[i]));
    TRY(tracer.set(fmt::format("plan.key[{}].is_tail", i), key.in_tail()));
  }
  return tracer.set("plan.keys", sizes.size());
}

Result<> write_metrics(Tracer& tracer, const query::Grouping& grouping) {
  uint32_t histograms = 0;
  for (size_t i = 0; i < grouping.metrics.size(); i++) {
    const query::Metric& metric = grouping.metrics[i];
    auto set = [&](const char* member, uint64_t value) {
      return tracer.set(fmt::format("plan.metric[{}].{}", i, member), value);
    };
    TRY(set("offset", metric.field->offset));
    TRY(set("size", metric.field->size));
    TRY(set("is_signed", metric.field->is_signed()));
    TRY(set("histogram", metric.histogram ? ++histograms : 0));
  }
  return tracer.set("plan.metrics", grouping.metrics.size());
}

// What of struct cell this plan uses; the rest is neither allocated nor touched.
Result<uint32_t> cell_bytes(const Tracer& tracer, const query::Grouping& grouping) {
  const btf* types = tracer.types();
  uint32_t histograms = 0;
  for (const query::Metric& metric : grouping.metrics) histograms += metric.histogram;
  std::string last = "count";
  if (histograms)
    last = fmt::format("histogram[{}]", histograms - 1);
  else if (!grouping.metrics.empty())
    last = fmt::format("statistic[{}]", grouping.metrics.size() - 1);
  const Place place = TRY(place_in(types, "cell", last));
  return place.offset + place.size;
}

// The arrays in front of the tables, in which the one key of few values is looked up.
struct Direct {
  uint32_t keys = 0;  // below this; 0: there are none
  uint32_t few = 0;   // cells, where there are less than keys
  uint32_t cells() const { return few ? few : keys; }
};

Direct direct_of(const query::Grouping& grouping, uint32_t cell) {
  constexpr uint32_t bytes_of_all = 64 << 10;  // on each CPU, for each of the two intervals
  constexpr uint32_t bytes_of_few = 256 << 10;
  if (grouping.keys.size() != 1) return {};
  const uint32_t values = grouping.keys.front()->values();
  if (values <= bytes_of_all / cell) return {values, 0};
  // They are given away by an atomic operation of 5.12.
  return loop_helper() ? Direct{values, std::min(values, bytes_of_few / cell)} : Direct{};
}

Result<> size_tables(Tracer& tracer, const query::Plan& plan) {
  uint32_t key_bytes = 0;
  for (uint32_t size : key_sizes(plan, tracer.limits().key_bytes)) key_bytes += padded(size);
  const uint32_t cell = TRY(cell_bytes(tracer, *plan.grouping));
  const Direct direct = direct_of(*plan.grouping, cell);
  for (std::string_view name : group_maps) {
    bpf_map* map = bpf_object__find_map_by_name(tracer.object(), name.data());
    if (name.starts_with("cell")) {
      bpf_map__set_max_entries(map, name == "cell_keys" ? direct.few : direct.keys + 1);
      bpf_map__set_autocreate(map, direct.few != 0);
      continue;
    }
    if (name != "key_scratch") bpf_map__set_value_size(map, cell);
    if (name.starts_with("direct")) {
      bpf_map__set_max_entries(map, std::max(direct.cells(), 1U));
      bpf_map__set_autocreate(map, direct.keys != 0);
    } else if (name.starts_with("groups")) {
      bpf_map__set_key_size(map, std::max(key_bytes, 8U));
      bpf_map__set_max_entries(map, plan.grouping->max_groups);
    }
  }
  TRY(tracer.set("plan.few", direct.few));
  return tracer.set("plan.direct", direct.keys);
}

Result<> apply_grouping(Tracer& tracer, const query::Plan& plan) {
  const bool grouped = plan.grouping && plan.grouping->in_kernel;
  TRY(tracer.set("plan.grouped", grouped));
  if (!grouped) {
    skip_group_maps(tracer);
    return {};
  }
  TRY(write_keys(tracer, plan));
  TRY(write_metrics(tracer, *plan.grouping));
  return size_tables(tracer, plan);
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

Result<> write_wanted_sets(Tracer& tracer, const query::Plan& plan) {
  const btf* types = tracer.types();
  constexpr std::string_view prefix = "wanted:";
  for (uint32_t id = 1; id < btf__type_cnt(types); id++) {
    const btf_type* tag = btf__type_by_id(types, id);
    if (!btf_is_decl_tag(tag)) continue;
    const std::string_view text = btf__name_by_offset(types, tag->name_off);
    const btf_type* variable = btf__type_by_id(types, tag->type);
    if (!text.starts_with(prefix) || !btf_is_var(variable)) continue;
    TRY(tracer.set(btf__name_by_offset(types, variable->name_off),
                   wants_any(tracer.schema().event, plan, text.substr(prefix.size()))));
  }
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

void skip_group_maps(Tracer& tracer) {
  for (std::string_view name : group_maps)
    if (bpf_map* map = bpf_object__find_map_by_name(tracer.object(), name.data()))
      bpf_map__set_autocreate(map, false);
}

Result<> apply_targeting(Tracer& tracer, const Targeting& targeting) {
  TRY(tracer.set("targeting.by_pid", targeting.by_pid));
  TRY(tracer.set("targeting.self", targeting.self));
  TRY(tracer.set("targeting.mount_ns", targeting.view.mount_ns));
  TRY(tracer.set("targeting.root_device", targeting.view.root_device));
  TRY(tracer.set("targeting.root_inode", targeting.view.root_inode));
  TRY(tracer.set("targeting.cgroups", targeting.cgroups.size()));
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

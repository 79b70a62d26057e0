#include "kernel/apply_groups.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "kernel/features.h"
#include "kernel/live.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

// bpf/group.bpf.h, bpf/direct.bpf.h
constexpr std::array<std::string_view, 9> group_maps = {
    "groups_even", "groups_odd",  "direct_even",  "direct_odd", "others",
    "empty_cell",  "key_scratch", "cell_numbers", "cell_keys"};

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

// What bpf/group.bpf.h does not build on the stack.
bool is_long(const query::Grouping& grouping) {
  const auto is_number = [](const schema::Field* key) { return !key->in_tail() && key->size <= 8; };
  return grouping.keys.size() > 2 || !std::ranges::all_of(grouping.keys, is_number);
}

Result<> write_keys(Tracer& tracer, const query::Plan& plan) {
  const auto sizes = key_sizes(plan, tracer.limits().key_bytes);
  for (size_t i = 0; i < sizes.size(); i++) {
    const schema::Field& key = *plan.grouping->keys[i];
    TRY(tracer.set(fmt::format("plan.key[{}].offset", i), key.offset));
    TRY(tracer.set(fmt::format("plan.key[{}].size", i), sizes[i]));
    TRY(tracer.set(fmt::format("plan.key[{}].is_tail", i), key.in_tail()));
  }
  TRY(tracer.set("plan.long_key", is_long(*plan.grouping)));
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

// The arrays in front of the tables, in which the one key of few values is looked up, and what has
// none.
struct Direct {
  uint32_t keys = 0;  // below this; 0: there are none
  uint32_t few = 0;   // cells, where there are less than keys
  uint32_t cells() const { return few ? few : keys; }
};

Direct direct_of(const query::Grouping& grouping, uint32_t cell) {
  constexpr uint32_t bytes_of_all = 64 << 10;  // on each CPU, for each of the two intervals
  constexpr uint32_t bytes_of_few = 256 << 10;
  if (grouping.keys.empty()) return {1, 0};
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

}  // namespace

void skip_group_maps(Tracer& tracer) {
  for (std::string_view name : group_maps)
    if (bpf_map* map = bpf_object__find_map_by_name(tracer.object(), name.data()))
      bpf_map__set_autocreate(map, false);
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

}  // namespace plumb::kernel

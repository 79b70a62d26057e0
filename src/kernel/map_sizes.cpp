// What the maps of a run take. Source of the sizes: kernel/bpf/{arraymap,hashtab,ringbuf}.c.
#include "kernel/map_sizes.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <bit>

namespace plumb::kernel {
namespace {

constexpr uint64_t bucket_bytes = 16;   // struct bucket
constexpr uint64_t element_bytes = 48;  // struct htab_elem, before its key and value
constexpr uint64_t pointer_bytes = 8;
constexpr uint64_t ring_pages = 3;  // beside the data: its own, and one for each position

uint64_t whole_words(uint64_t bytes) { return (bytes + 7) & ~uint64_t{7}; }

uint64_t whole_pages(uint64_t bytes) {
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

// libbpf gives an array of perf buffers one for each CPU when it creates it.
uint32_t entries_of(const bpf_map* map) {
  const bool each_cpu = bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  return each_cpu ? static_cast<uint32_t>(libbpf_num_possible_cpus()) : bpf_map__max_entries(map);
}

// But for some hundred bytes of bookkeeping for each map.
uint64_t bytes_of(const bpf_map* map) {
  const uint64_t entries = entries_of(map), key = whole_words(bpf_map__key_size(map));
  const uint64_t value = whole_words(bpf_map__value_size(map));
  const auto cpus = static_cast<uint64_t>(libbpf_num_possible_cpus());
  const uint64_t on_each_cpu = pointer_bytes + cpus * value;
  const uint64_t buckets = bucket_bytes * std::bit_ceil(entries);
  switch (bpf_map__type(map)) {
    case BPF_MAP_TYPE_ARRAY:
      return bpf_map__map_flags(map) & BPF_F_MMAPABLE
                 ? whole_pages(1) + whole_pages(entries * value)
                 : entries * value;
    case BPF_MAP_TYPE_PERCPU_ARRAY:
      return entries * on_each_cpu;
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
      return buckets + entries * (element_bytes + key + value);
    case BPF_MAP_TYPE_PERCPU_HASH:
      return buckets + entries * (element_bytes + key + on_each_cpu);
    case BPF_MAP_TYPE_RINGBUF:
      return entries + ring_pages * whole_pages(1);
    default:  // arrays of references to something else
      return entries * pointer_bytes;
  }
}

// The tag "PREFIX..." on a map of the object, without the prefix.
std::optional<std::string> map_tag(const Tracer& tracer, const bpf_map* map,
                                   std::string_view prefix) {
  const btf* types = bpf_object__btf(tracer.object());
  const int target = btf__find_by_name_kind(types, bpf_map__name(map), BTF_KIND_VAR);
  for (uint32_t id = 1; id < btf__type_cnt(types) && target > 0; id++) {
    const btf_type* type = btf__type_by_id(types, id);
    if (!btf_is_decl_tag(type) || static_cast<int>(type->type) != target) continue;
    const std::string_view tag = btf__name_by_offset(types, type->name_off);
    if (tag.starts_with(prefix)) return std::string(tag.substr(prefix.size()));
  }
  return {};
}

MapSize size_of(const Tracer& tracer, const bpf_map* map) {
  MapSize size;
  size.owner = tracer.name();
  size.name = bpf_map__name(map);
  size.purpose = bpf_map__is_internal(map) ? "constants: the plan, knobs, texts"
                                           : map_tag(tracer, map, "doc:").value_or("");
  size.type = libbpf_bpf_map_type_str(bpf_map__type(map));
  size.entries = entries_of(map);
  size.bytes = bytes_of(map);
  size.grows = bpf_map__map_flags(map) & BPF_F_NO_PREALLOC;
  return size;
}

}  // namespace

bool is_shared(const Tracer& tracer, const bpf_map* map) {
  return !bpf_map__is_internal(map) && map_tag(tracer, map, "shared").has_value();
}

bool is_for_stacks(const Tracer& tracer, const bpf_map* map) {
  return !bpf_map__is_internal(map) && map_tag(tracer, map, "for stacks").has_value();
}

std::vector<MapSize> Live::maps() const {
  std::vector<MapSize> sizes;
  const auto add = [&](const Tracer& tracer, bool shares) {
    const bpf_map* map = nullptr;
    for (map = bpf_object__next_map(tracer.object(), nullptr); map != nullptr;
         map = bpf_object__next_map(tracer.object(), map))
      if (bpf_map__autocreate(map) && !(shares && is_shared(tracer, map)))
        sizes.push_back(size_of(tracer, map));
  };
  add(*engine_, false);
  for (const Tracer& tracer : tracers_) add(tracer, true);
  return sizes;
}

}  // namespace plumb::kernel

// From the kernel's tables of groups to rows.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "kernel/live.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

// Where the parts of struct cell lie (bpf/cell.bpf.h).
struct CellLayout {
  uint32_t count = 0, statistic = 0, statistic_size = 0, sum = 0, min_complement = 0, max = 0;
  uint32_t histogram = 0, histogram_size = 0;
};

CellLayout layout_of(const Tracer& tracer) {
  const btf* types = bpf_object__btf(tracer.object());
  auto place = [&](const char* structure, const char* path) {
    auto found = place_in(types, structure, path);
    return found ? *found : Place{};
  };
  CellLayout layout;
  layout.count = place("cell", "count").offset;
  layout.statistic = place("cell", "statistic[0]").offset;
  layout.statistic_size = place("cell", "statistic[0]").size;
  layout.sum = place("statistic", "sum").offset;
  layout.min_complement = place("statistic", "min_complement").offset;
  layout.max = place("statistic", "max").offset;
  layout.histogram = place("cell", "histogram[0]").offset;
  layout.histogram_size = place("cell", "histogram[0]").size;
  return layout;
}

uint64_t number_at(const char* bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

query::Cell read_cell(const char* bytes, const CellLayout& layout,
                      const query::Grouping& grouping) {
  query::Cell cell;
  cell.count = number_at(bytes + layout.count);
  uint32_t histogram = 0;
  for (size_t i = 0; i < grouping.metrics.size(); i++) {
    const char* from = bytes + layout.statistic + i * layout.statistic_size;
    query::Statistic statistic;
    statistic.sum = number_at(from + layout.sum);
    statistic.min = ~number_at(from + layout.min_complement);
    statistic.max = number_at(from + layout.max);
    if (grouping.metrics[i].histogram) {
      const char* buckets = bytes + layout.histogram + histogram++ * layout.histogram_size;
      statistic.histogram.resize(layout.histogram_size / sizeof(uint64_t));
      std::memcpy(statistic.histogram.data(), buckets, layout.histogram_size);
    }
    cell.statistics.push_back(std::move(statistic));
  }
  return cell;
}

// A record's body that holds only the keys, from the kernel's padded key (bpf: build_key).
std::string body_of(const char* key, const schema::Event& event, const query::Grouping& grouping,
                    size_t key_bytes) {
  std::string body(event.size, '\0');
  size_t tails = 0, fixed = 0, used = 0;
  for (const schema::Field* field : grouping.keys) {
    tails += field->in_tail();
    fixed += field->in_tail() ? 0 : (field->size + 7) & ~7U;
  }
  const size_t each_tail = tails ? (key_bytes - fixed) / tails : 0;
  for (const schema::Field* field : grouping.keys) {
    const size_t size = field->in_tail() ? each_tail : field->size;
    if (field->in_tail()) {
      std::string_view text(key + used, size);  // padded with zeros
      text = text.substr(0, text.find_last_not_of('\0') + 1);
      const schema::TailRef ref{static_cast<uint16_t>(body.size()),
                                static_cast<uint16_t>(text.size()),
                                static_cast<uint32_t>(text.size())};
      std::memcpy(body.data() + field->offset, &ref, sizeof(ref));
      body += text;
    } else {
      std::memcpy(body.data() + field->offset, key + used, size);
    }
    used += (size + 7) & ~size_t{7};
  }
  return body;
}

class Table {
 public:
  // `keys`: the map that has the keys of an array's cells, or none, as where they are the indexes.
  Table(const Tracer& tracer, const query::Plan& plan, const char* name, const char* keys = nullptr)
      : tracer_(tracer), plan_(plan), layout_(layout_of(tracer)) {
    if (keys) key_of_cell_ = tracer.map(keys);
    bpf_map* map = bpf_object__find_map_by_name(tracer.object(), name);
    fd_ = bpf_map__fd(map);
    key_.resize(bpf_map__key_size(map));
    value_size_ = (bpf_map__value_size(map) + 7) & ~7U;
    values_.resize(value_size_ * static_cast<size_t>(libbpf_num_possible_cpus()));
  }

  // All CPUs' cells of one key together.
  query::Cell cell(const void* key) {
    query::Cell sum;
    if (bpf_map_lookup_elem(fd_, key, values_.data())) return sum;
    for (size_t at = 0; at < values_.size(); at += value_size_)
      sum.merge(read_cell(values_.data() + at, layout_, *plan_.grouping));
    return sum;
  }

  std::vector<query::Row> take() {
    std::vector<std::string> keys;
    while (bpf_map_get_next_key(fd_, keys.empty() ? nullptr : keys.back().data(), key_.data()) == 0)
      keys.push_back(key_);
    std::vector<query::Row> rows;
    for (const std::string& key : keys) {
      query::Cell sum = cell(key.data());
      if (sum.count == 0) continue;  // an array has all of its keys
      rows.push_back({body_of(shown(key), tracer_.schema().event, *plan_.grouping, key.size()),
                      std::move(sum)});
      if (bpf_map_delete_elem(fd_, key.data())) clear(key.data());  // nor does it lose one
    }
    return rows;
  }

  // The key of an array's cell, where that is not its index.
  const char* shown(const std::string& index) {
    if (key_of_cell_ < 0 || bpf_map_lookup_elem(key_of_cell_, index.data(), found_.data()))
      return index.data();
    return found_.data();
  }

  void clear(const void* key) {
    std::fill(values_.begin(), values_.end(), '\0');
    bpf_map_update_elem(fd_, key, values_.data(), BPF_ANY);
  }

 private:
  const Tracer& tracer_;
  const query::Plan& plan_;
  CellLayout layout_;
  int fd_ = -1;
  int key_of_cell_ = -1;
  std::string key_;
  std::array<char, sizeof(uint64_t)> found_{};
  size_t value_size_ = 0;
  std::string values_;
};

}  // namespace

std::vector<query::Row> read_groups(const Tracer& tracer, const query::Plan& plan, bool odd) {
  std::vector<query::Row> rows = Table(tracer, plan, odd ? "groups_odd" : "groups_even").take();
  const char* array = odd ? "direct_odd" : "direct_even";
  if (bpf_map__autocreate(bpf_object__find_map_by_name(tracer.object(), array)))
    std::ranges::move(Table(tracer, plan, array, "cell_keys").take(), std::back_inserter(rows));
  Table others(tracer, plan, "others");
  const uint32_t index = odd;
  query::Cell other = others.cell(&index);
  if (other.count) {
    rows.push_back({std::string(), std::move(other)});
    others.clear(&index);
  }
  return rows;
}

}  // namespace plumb::kernel

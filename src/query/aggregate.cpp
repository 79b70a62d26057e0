#include "query/aggregate.h"

#include <algorithm>
#include <cstring>

namespace plumb::query {
namespace {

using schema::Field;
using schema::Format;
using schema::Record;
using schema::TailRef;

void add_number(Statistic& statistic, const Metric& metric, uint64_t number, uint64_t weight) {
  const uint64_t ordered = metric.field->is_signed() ? number ^ sign_bit : number;
  statistic.sum += number * weight;
  statistic.min = std::min(statistic.min, ordered);
  statistic.max = std::max(statistic.max, ordered);
  if (!metric.histogram) return;
  statistic.histogram.resize(histogram_buckets);
  statistic.histogram[bucket_of(number)] += weight;
}

void merge_histogram(std::vector<uint64_t>& into, const std::vector<uint64_t>& from) {
  if (into.size() < from.size()) into.resize(from.size());
  for (size_t i = 0; i < from.size(); i++) into[i] += from[i];
}

std::string_view bytes_of(const Record& record, const Field& key) {
  if (!key.is_number()) return record.text(key);
  return record.body.substr(std::min<size_t>(key.offset, record.body.size()), key.size);
}

// Puts a key of `record` into a body that so far holds other keys.
void copy_key(std::string& body, const Field& key, const Record& record) {
  std::string_view bytes = bytes_of(record, key);
  if (!key.in_tail()) {
    body.replace(key.offset, bytes.size(), bytes);
    return;
  }
  const size_t room = UINT16_MAX - body.size();
  const bool cut = record.cut(key) || bytes.size() > room;
  bytes = bytes.substr(0, room);
  // Cut texts of one group differ in how much they lack: the row only says that something is.
  const auto size = static_cast<uint16_t>(bytes.size());
  const TailRef ref{static_cast<uint16_t>(body.size()), size, uint32_t{size} + (cut ? 1 : 0)};
  std::memcpy(body.data() + key.offset, &ref, sizeof(ref));
  body += bytes;
}

}  // namespace

void Cell::merge(const Cell& other) {
  count += other.count;
  if (statistics.size() < other.statistics.size()) statistics.resize(other.statistics.size());
  for (size_t i = 0; i < other.statistics.size(); i++) {
    Statistic& into = statistics[i];
    const Statistic& from = other.statistics[i];
    into.sum += from.sum;
    into.min = std::min(into.min, from.min);
    into.max = std::max(into.max, from.max);
    merge_histogram(into.histogram, from.histogram);
  }
}

Aggregate::Aggregate(const Grouping& grouping, const schema::Event& event, schema::Names* names)
    : grouping_(grouping), event_(event), names_(names) {
  by_name_ = names_ && std::ranges::any_of(grouping.keys, [](const Field* key) {
               return schema::shares_names(key->format);
             });
}

std::string Aggregate::key_of(const Record& record) const {
  std::string body(event_.size, '\0');
  for (const Field* key : grouping_.keys) copy_key(body, *key, record);
  return body;
}

std::string Aggregate::identity_of(const std::string& key) const {
  if (!by_name_) return key;
  Record record;
  record.body = key;
  std::string identity;
  for (const Field* field : grouping_.keys) {
    const bool is_named = schema::shares_names(field->format);
    const std::string_view piece =
        is_named ? names_->name(field->format, record.bits(*field)) : bytes_of(record, *field);
    identity += std::to_string(piece.size()) + (record.cut(*field) ? "+" : ":");
    identity += piece;
  }
  return identity;
}

Cell& Aggregate::cell_of(const std::string& key) {
  const std::string identity = identity_of(key);
  auto found = groups_.find(identity);
  if (found != groups_.end()) return found->second.cell;
  if (groups_.size() >= grouping_.max_groups) return other_;
  return groups_.emplace(identity, Row{key, {}}).first->second.cell;
}

void Aggregate::add(const Record& record) {
  Cell& cell = cell_of(key_of(record));
  cell.count += record.weight;
  cell.statistics.resize(grouping_.metrics.size());
  for (size_t i = 0; i < grouping_.metrics.size(); i++) {
    const Metric& metric = grouping_.metrics[i];
    add_number(cell.statistics[i], metric, record.bits(*metric.field), record.weight);
  }
}

void Aggregate::merge(const std::string& key, const Cell& cell) {
  if (key.empty()) return other_.merge(cell);
  Record record;
  record.body = key;
  cell_of(key_of(record)).merge(cell);  // what follows a text's NUL in the kernel is no key
}

std::vector<Row> Aggregate::told(const Tell& tell) const {
  std::vector<Row> rows;
  std::map<std::string, size_t> known;  // of `rows`, by identity
  for (const auto& [identity, row] : groups_) {
    const schema::Record whole{&event_, 0, 1, row.key};
    const std::string key = tell ? key_of(tell(whole)) : row.key;
    const auto [at, is_new] = known.try_emplace(tell ? identity_of(key) : identity, rows.size());
    if (is_new)
      rows.push_back({key, row.cell});
    else
      rows[at->second].cell.merge(row.cell);
  }
  return rows;
}

std::vector<Row> Aggregate::rows(uint32_t top, const Tell& tell) const {
  std::vector<Row> rows = told(tell);
  const auto size = [&](const Row& row) {
    const Number number = evaluate(grouping_.shows[grouping_.order], row.cell, grouping_);
    return number.exists ? number.value : -1;
  };
  std::ranges::stable_sort(rows, std::greater<>(), size);
  Row other{"", other_};
  if (top != 0 && rows.size() > top) {
    for (size_t i = top; i < rows.size(); i++) other.cell.merge(rows[i].cell);
    rows.resize(top);
  }
  if (other.cell.count > 0) rows.push_back(std::move(other));
  return rows;
}

void Aggregate::clear() {
  groups_.clear();
  other_ = {};
}

}  // namespace plumb::query

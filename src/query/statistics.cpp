// What is told of a cell.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "query/aggregate.h"

namespace plumb::query {
namespace {

double told(uint64_t ordered, bool is_signed) {
  return is_signed ? static_cast<double>(static_cast<int64_t>(ordered ^ sign_bit))
                   : static_cast<double>(ordered);
}

double sum_of(const Statistic& statistic, bool is_signed) {
  return is_signed ? static_cast<double>(static_cast<int64_t>(statistic.sum))
                   : static_cast<double>(statistic.sum);
}

Number percentile(const Statistic& statistic, double share) {
  const auto& buckets = statistic.histogram;
  const uint64_t total = std::accumulate(buckets.begin(), buckets.end(), uint64_t{0});
  if (total == 0) return {};
  const auto rank = static_cast<uint64_t>(std::ceil(share * static_cast<double>(total)));
  uint64_t seen = 0;
  size_t bucket = 0;
  while (bucket + 1 < buckets.size() && (seen += buckets[bucket]) < rank) bucket++;
  const uint64_t middle = bucket_middle(bucket);
  return {static_cast<double>(std::clamp(middle, statistic.min, statistic.max)), true};
}

}  // namespace

Number evaluate(const Show& show, const Cell& cell, const Grouping& grouping) {
  if (show.function == Function::count) return {static_cast<double>(cell.count), true};
  const auto metric = std::ranges::find(grouping.metrics, show.field, &Metric::field);
  const auto index = static_cast<size_t>(metric - grouping.metrics.begin());
  if (index >= cell.statistics.size()) return {};
  const Statistic& statistic = cell.statistics[index];
  if (show.field->unknown_zero && statistic.max == 0) return {};  // none of them could be told
  const bool is_signed = show.field->is_signed();
  const bool has_events = cell.count > 0 && statistic.min <= statistic.max;
  switch (show.function) {
    case Function::sum:
      return {sum_of(statistic, is_signed), true};
    case Function::avg:
      return {has_events ? sum_of(statistic, is_signed) / static_cast<double>(cell.count) : 0,
              has_events};
    case Function::min:
      return {told(statistic.min, is_signed), has_events};
    case Function::max:
      return {told(statistic.max, is_signed), has_events};
    case Function::p50:
      return percentile(statistic, 0.5);
    case Function::p90:
      return percentile(statistic, 0.9);
    case Function::p99:
      return percentile(statistic, 0.99);
    case Function::p999:
      return percentile(statistic, 0.999);
    default:
      return {static_cast<double>(cell.count), has_events};
  }
}

}  // namespace plumb::query

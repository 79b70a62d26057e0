#include "render/histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "render/number.h"

namespace plumb::render {
namespace {

constexpr size_t bar_width = 40;

// Range 0 holds the value 0; range i the values from 2^(i-1) to below 2^i.
using Ranges = std::array<uint64_t, 65>;

Ranges merge_by_power(const std::vector<uint64_t>& buckets) {
  Ranges ranges{};
  const size_t size = std::min(buckets.size(), query::histogram_buckets);
  for (size_t i = 0; i < size; i++)
    ranges[static_cast<size_t>(std::bit_width(query::bucket_floor(i)))] += buckets[i];
  return ranges;
}

std::string edge(const schema::Field& field, size_t power) {
  std::array<char, number_room> room;
  const uint64_t value = power == 0 ? 0 : power > 64 ? UINT64_MAX : uint64_t{1} << (power - 1);
  return {room.data(), put_quantity(room.data(), field, value)};
}

std::string bar(uint64_t count, uint64_t most) {
  constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double share = static_cast<double>(count) / static_cast<double>(most);
  const auto filled = std::max<size_t>(static_cast<size_t>(share * bar_width * 8 + 0.5), 1);
  std::string text;
  for (size_t i = 0; i < filled / 8; i++) text += "█";
  return text += eighths[filled % 8];
}

void append_right(std::string& text, const std::string& cell, size_t width) {
  text.append(width - std::min(width, cell.size()), ' ');
  text += cell;
}

}  // namespace

const std::vector<uint64_t>& histogram_of(const query::Show& show, const query::Cell& cell,
                                          const query::Grouping& grouping) {
  static const std::vector<uint64_t> none;
  for (size_t i = 0; i < grouping.metrics.size() && i < cell.statistics.size(); i++) {
    const query::Metric& metric = grouping.metrics[i];
    if (metric.field == show.field && metric.histogram) return cell.statistics[i].histogram;
  }
  return none;
}

std::string draw_histogram(const std::vector<uint64_t>& buckets, const schema::Field& field) {
  const Ranges ranges = merge_by_power(buckets);
  const uint64_t most = *std::max_element(ranges.begin(), ranges.end());
  std::string drawing;
  bool gap = false;
  for (size_t i = 0; i < ranges.size() && most > 0; i++) {
    if (ranges[i] == 0) {
      gap = !drawing.empty();
      continue;
    }
    if (gap) append_right(drawing, "...\n", 14);
    gap = false;
    append_right(drawing, edge(field, i), 11);
    drawing += "..";
    const std::string above = edge(field, i + 1);
    drawing += above;
    drawing.append(9 - std::min<size_t>(9, above.size()), ' ');
    std::array<char, number_room> count;
    append_right(drawing, {count.data(), put_grouped(count.data(), ranges[i])}, 10);
    drawing += "  " + bar(ranges[i], most) + "\n";
  }
  return drawing;
}

}  // namespace plumb::render

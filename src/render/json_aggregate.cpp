#include "render/json_aggregate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "render/histogram.h"
#include "render/json_text.h"
#include "render/number.h"

namespace plumb::render {
namespace {

using query::Function;
using query::Show;

std::string_view name_of(Function function) {
  constexpr std::array<std::string_view, 10> names = {"count", "sum", "avg", "min",  "max",
                                                      "p50",   "p90", "p99", "p999", "hist"};
  return names[static_cast<size_t>(function)];
}

// Durations and sizes are whole, averages of them, too.
void write_number(Output& output, const Show& show, query::Number number) {
  if (!number.exists || !std::isfinite(number.value)) return output.append("null");
  if (show.field &&
      (show.field->unit == schema::Unit::ns || show.field->unit == schema::Unit::bytes))
    number.value = std::round(number.value);
  char* at = output.reserve(number_room);
  // Doubles of this size are whole; a shortest form would be an exponent.
  if (number.value == std::floor(number.value) && std::abs(number.value) < 9.2e18)
    return output.commit(put_signed(at, static_cast<int64_t>(number.value)));
  output.commit(std::to_chars(at, at + number_room, number.value).ptr);
}

void write_histogram(Output& output, const std::vector<uint64_t>& buckets) {
  output.append("[");
  bool comma = false;
  const size_t size = std::min(buckets.size(), query::histogram_buckets);
  for (size_t i = 0; i < size; i++) {
    if (buckets[i] == 0) continue;
    output.append(comma ? ",{\"from\":" : "{\"from\":");
    comma = true;
    output.commit(put_json_unsigned(output.reserve(number_room), query::bucket_floor(i)));
    if (i + 1 < query::histogram_buckets) {
      output.append(",\"below\":");
      output.commit(put_json_unsigned(output.reserve(number_room), query::bucket_floor(i + 1)));
    }
    output.append(",\"count\":");
    output.commit(put_json_unsigned(output.reserve(number_room), buckets[i]));
    output.append("}");
  }
  output.append("]");
}

}  // namespace

JsonAggregate::JsonAggregate(const schema::Event& event, const query::Grouping& grouping,
                             std::string opening)
    : event_(event),
      grouping_(grouping),
      opening_(std::move(opening)),
      by_(shape_of(grouping.keys, false)) {
  for (const Show& show : grouping.shows) {
    const std::string_view name = name_of(show.function);
    auto part = std::find_if(parts_.begin(), parts_.end(),
                             [&](const Part& other) { return other.key == name; });
    if (part == parts_.end()) part = parts_.insert(part, Part{std::string(name), {}, {}});
    part->shows.push_back(&show);
  }
  for (Part& part : parts_) {
    std::vector<const schema::Field*> fields;
    for (const Show* show : part.shows) {
      if (show->field != nullptr) fields.push_back(show->field);
    }
    part.shape = shape_of(fields, false);
  }
}

void JsonAggregate::write(Output& output, const query::Row& row, schema::Names& names,
                          Moments& moments) const {
  output.append(opening_);
  write_key(output, row, names, moments);
  for (const Part& part : parts_) {
    output.append(",\"");
    output.append(part.key);
    output.append("\":");
    if (part.shape.steps.empty())
      write_number(output, *part.shows[0], query::evaluate(*part.shows[0], row.cell, grouping_));
    else
      write_part(output, part, row.cell);
  }
  output.append("}\n");
}

void JsonAggregate::write_key(Output& output, const query::Row& row, schema::Names& names,
                              Moments& moments) const {
  if (row.key.empty() && !grouping_.keys.empty())
    return output.append(",\"by\":null,\"other\":true");
  const schema::Record record{.event = &event_, .body = row.key};
  output.append(",\"by\":{");
  for (const Step& step : by_.steps) write_step(output, step, record, names, moments);
  output.append(by_.after);
  output.append("}");
}

void JsonAggregate::write_part(Output& output, const Part& part, const query::Cell& cell) const {
  output.append("{");
  for (const Step& step : part.shape.steps) {
    output.append(step.before);
    const Show& show = *part.shows[step.index];
    if (show.function != Function::hist) {
      write_number(output, show, query::evaluate(show, cell, grouping_));
    } else {
      write_histogram(output, histogram_of(show, cell, grouping_));
    }
  }
  output.append(part.shape.after);
  output.append("}");
}

}  // namespace plumb::render

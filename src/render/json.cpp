#include "render/json.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "render/json_aggregate.h"
#include "render/json_text.h"
#include "render/number.h"

namespace plumb::render {

Json::Json(Output& output, schema::Clock clock) : output_(output), moments_(clock) {}

void Json::begin(const schema::Event& event, const query::Plan& plan) {
  std::vector<const schema::Field*> fields;
  for (const schema::Field* field : plan.columns) {
    if (field->read) fields.push_back(field);
  }
  tracers_.push_back(
      {&event, "{\"event\":" + json_quoted(event.name) + ",\"time\":\"", shape_of(fields, true)});
}

const Json::Tracer& Json::tracer_of(const schema::Event* event) {
  for (size_t i = 0; i < tracers_.size() && tracers_[last_].event != event; i++) last_ = i;
  return tracers_[last_];
}

void Json::event(const schema::Record& record, const query::Plan&, schema::Names& names) {
  const Tracer& tracer = tracer_of(record.event);
  output_.append(tracer.opening);
  char* at = output_.reserve(Moments::rfc3339_size + number_room);
  at = moments_.put_rfc3339(at, moments_.of_record(record.time));
  *at++ = '"';
  if (record.weight != 1) {
    constexpr std::string_view key = ",\"weight\":";
    std::memcpy(at, key.data(), key.size());
    at = put_unsigned(at + key.size(), record.weight);
  }
  output_.commit(at);
  for (const Step& step : tracer.shape.steps) {
    value(step, record, names);
  }
  output_.append(tracer.shape.after);
  output_.append("}\n");
}

void Json::value(const Step& step, const schema::Record& record, schema::Names& names) {
  write_step(output_, step, record, names, moments_);
  if (!step.field->in_tail() || !record.cut(*step.field)) return;
  output_.append(step.cut_key);
  output_.commit(put_unsigned(output_.reserve(number_room), record.tail(*step.field).whole));
}

void Json::aggregate(const schema::Event& event, const query::Plan& plan,
                     const std::vector<query::Row>& rows, const Interval& interval,
                     schema::Names& names) {
  std::array<char, Moments::rfc3339_size> time{};
  moments_.put_rfc3339(time.data(), moments_.of_record(interval.end));
  const JsonAggregate shape(
      event, *plan.grouping,
      fmt::format("{{\"event\":{},\"time\":\"{}\",\"interval_ns\":{}", json_quoted(event.name),
                  std::string_view(time.data(), time.size()), interval.end - interval.begin));
  for (const query::Row& row : rows) shape.write(output_, row, names, moments_);
}

void Json::lost(std::string_view tracer, std::string_view reason, uint64_t count) {
  output_.append("{\"event\":\"plumb.lost\",\"tracer\":");
  output_.append(json_quoted(tracer));
  output_.append(",\"reason\":");
  output_.append(json_quoted(reason));
  output_.append(",\"count\":");
  output_.commit(put_json_unsigned(output_.reserve(number_room), count));
  output_.append("}\n");
}

void Json::budget(const BudgetStep& step) {
  std::array<char, Moments::rfc3339_size> time{};
  moments_.put_rfc3339(time.data(), moments_.of_record(step.time));
  const std::string change =
      step.detached ? "\"detached\":true" : fmt::format("\"sample\":\"1/{}\"", step.look_at);
  output_.append(fmt::format(
      "{{\"event\":\"plumb.budget\",\"time\":\"{}\",\"tracer\":{},{},\"estimate_percent\":{},"
      "\"budget_percent\":{}}}\n",
      std::string_view(time.data(), time.size()), json_quoted(step.tracer), change,
      show_percent(step.estimate_ppm), show_percent(step.budget_ppm)));
}

Result<> Json::flush() { return output_.flush(); }

}  // namespace plumb::render

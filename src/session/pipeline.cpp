#include "session/pipeline.h"

#include <algorithm>
#include <cstring>

namespace plumb::session {

Pipeline::Pipeline(render::Sink& sink, disclose::Disclosure& disclosure, schema::Names& names,
                   bool recorded)
    : sink_(sink), disclosure_(disclosure), names_(names), recorded_(recorded) {}

void Pipeline::add(const schema::Schema& schema, const query::Plan& plan) {
  Stream stream{&schema, &plan, nullptr, {}};
  if (plan.grouping)
    stream.groups = std::make_unique<query::Aggregate>(*plan.grouping, schema.event, &names_);
  streams_.push_back(std::move(stream));
}

void Pipeline::begin() {
  for (const Stream& stream : streams_) sink_.begin(stream.schema->event, *stream.plan);
}

void Pipeline::record(size_t tracer, std::string_view bytes) {
  if (tracer >= streams_.size()) return;
  const schema::Header& header = streams_[tracer].schema->header;
  if (bytes.size() < header.size) return;
  schema::Record record;
  record.event = &streams_[tracer].schema->event;
  std::memcpy(&record.time, bytes.data() + header.time, sizeof(record.time));
  std::memcpy(&record.weight, bytes.data() + header.weight, sizeof(record.weight));
  record.body = bytes.substr(header.size);
  if (record.body.size() > UINT16_MAX) record.body = record.used();
  this->record(tracer, record);
}

// The kernel has decided what it could; this is the rest, or all of it for a recording.
bool Pipeline::passes(Stream& stream, const schema::Record& record) {
  const query::Plan& plan = *stream.plan;
  if (plan.where && (recorded_ || !plan.where_exact) && !plan.where->matches(record, &names_)) {
    stream.fate.filtered++;
    return false;
  }
  const bool sample = plan.sample_every > 1 && (recorded_ || !plan.sample_in_kernel);
  if (sample && sample_turn_++ % plan.sample_every != 0) {
    stream.fate.sampled_out++;
    return false;
  }
  return true;
}

void Pipeline::record(size_t tracer, const schema::Record& whole) {
  Stream& stream = streams_[tracer];
  if (done()) {
    stream.fate.after_end++;
    return;
  }
  if (!passes(stream, whole)) return;
  schema::Record record = whole;
  if (stream.plan->sample_every > 1 && (recorded_ || !stream.plan->sample_in_kernel))
    record.weight *= stream.plan->sample_every;
  if (stream.groups) {
    stream.groups->add(record);
    stream.fate.aggregated++;
    return;
  }
  sink_.event(disclosure_.apply(record), *stream.plan, names_);
  stream.fate.shown++;
  shown_++;
}

void Pipeline::group(size_t tracer, const query::Row& row) {
  Stream& stream = streams_[tracer];
  if (stream.groups) stream.groups->merge(row.key, row.cell);
}

void Pipeline::show_groups(const render::Interval& interval) {
  const bool so_far = interval.kind == render::Interval::Kind::so_far;
  for (Stream& stream : streams_) {
    if (!stream.groups) continue;
    uint32_t most = stream.plan->top;
    if (const uint32_t room = so_far ? sink_.room() : 0; room != 0)
      most = most == 0 ? room : std::min(most, room);
    const auto rows = stream.groups->rows(
        most, [this](const schema::Record& key) { return disclosure_.apply(key); });
    sink_.aggregate(stream.schema->event, *stream.plan, rows, interval, names_);
    if (!so_far) stream.groups->clear();
  }
}

bool Pipeline::only_groups() const {
  return std::ranges::all_of(streams_, [](const Stream& each) { return each.groups != nullptr; });
}

void Pipeline::lost(std::string_view tracer, std::string_view reason, uint64_t count) {
  sink_.lost(tracer, reason, count);
}

}  // namespace plumb::session

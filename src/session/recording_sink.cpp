#include "session/recording_sink.h"

#include <algorithm>
#include <chrono>

namespace plumb::session {

RecordingSink::~RecordingSink() = default;

void RecordingSink::begin(const schema::Event& event, const query::Plan&) {
  events_.push_back(&event);
}

void RecordingSink::event(const schema::Record& record, const query::Plan&, schema::Names& names) {
  const auto at = std::find(events_.begin(), events_.end(), record.event);
  writer_.add(static_cast<uint16_t>(at - events_.begin()), record, names);
}

void RecordingSink::lost(std::string_view tracer, std::string_view reason, uint64_t count) {
  writer_.lost(tracer, reason, count);
}

void RecordingSink::budget(const render::BudgetStep& step) {
  writer_.budget(
      {step.tracer, step.time, step.look_at, step.detached, step.estimate_ppm, step.budget_ppm});
}

Result<> RecordingSink::flush() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return writer_.tick(static_cast<uint64_t>(std::chrono::nanoseconds(now).count()));
}

}  // namespace plumb::session

// What a request asks of the tracers in a recording.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/plan.h"
#include "record/reader.h"
#include "session/request.h"

namespace plumb::session {

struct RecordedPlan {
  const record::TracerItem tracer;
  std::unique_ptr<query::Plan> plan;     // what is shown
  std::unique_ptr<query::Plan> targets;  // whom it may concern: --pid and its kind, as a --where
};

// Which of the tracers of a recording a request is about, and whether it fits them.
class RecordedTracers {
 public:
  explicit RecordedTracers(const Request& request) : request_(request) {}
  // The plan of one more; none when --only leaves it out, or the request does not fit it.
  std::optional<RecordedPlan> add(const record::TracerItem& tracer);
  // Once all are known, so that a hint can name those that the request fits. Of a damaged recording
  // it is not known which tracers --only might name.
  Result<> check(bool damaged) const;

 private:
  const Request& request_;
  std::vector<std::string> recorded_, fitting_;
  std::optional<Error> misfit_;  // the first
};

// What is said of a damaged one.
std::string at_damage(const Request& request, const record::Damage& damage);

// plumb show --plan: prints what would be read and decided, by the beginning of the recording.
Result<int> print_plan(const Request& request, record::Reader& reader);

}  // namespace plumb::session

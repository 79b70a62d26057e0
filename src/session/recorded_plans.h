// What a request asks of the tracers in a recording.
#pragma once
#include <memory>
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

// Does --only name it, where that is given?
bool is_asked_for(const Request& request, const std::string& tracer);
Result<RecordedPlan> plan_recorded(const Request& request, const record::TracerItem& tracer);
// An error when --only names a tracer that the recording does not have.
Result<> check_only(const Request& request, const std::vector<std::string>& recorded);

// What is said of a damaged one.
std::string at_damage(const Request& request, const record::Damage& damage);

// plumb show --plan: prints what would be read and decided, by the beginning of the recording.
Result<int> print_plan(const Request& request, record::Reader& reader);

}  // namespace plumb::session

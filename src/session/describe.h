// Describe: what --plan prints.
#pragma once
#include <string>
#include <vector>

#include "kernel/live.h"
#include "query/plan.h"
#include "record/format.h"
#include "session/machine.h"
#include "session/recorded_plans.h"
#include "session/request.h"

namespace plumb::session {

// Of a run that was configured and not loaded: plans[i] belongs to the tracer i.
std::string describe(const kernel::Live& live, const std::vector<const query::Plan*>& plans,
                     const kernel::LiveOptions& options, const Request& request, Machine& machine);

// Of a recording.
std::string describe(const record::Origin& origin, const std::vector<RecordedPlan>& plans,
                     const Request& request);

}  // namespace plumb::session

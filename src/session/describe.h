// Describe: what --plan prints.
#pragma once
#include <string>
#include <vector>

#include "kernel/live.h"
#include "query/plan.h"
#include "session/machine.h"
#include "session/request.h"

namespace plumb::session {

// Of a run that was configured and not loaded: plans[i] belongs to the tracer i.
std::string describe(const kernel::Live& live, const std::vector<const query::Plan*>& plans,
                     const kernel::LiveOptions& options, const Request& request, Machine& machine);

}  // namespace plumb::session

// The probes that a request names, as tracers.
#pragma once
#include <vector>

#include "base/result.h"
#include "kernel/tracer.h"
#include "session/request.h"

namespace plumb::session {

// Adds one for each, of which no two have the same name.
Result<> open_probes(const Request& request, std::vector<kernel::Tracer>& tracers);

}  // namespace plumb::session

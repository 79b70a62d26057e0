// Hit rate: a look at how often probes are hit before they are armed.
#pragma once
#include <vector>

#include "base/result.h"
#include "kernel/live.h"
#include "session/probes.h"
#include "session/request.h"

namespace plumb::session {

// From now on the probes of `live`, which are attached, tell what they are asked for. Where they
// are to be measured, that begins after a moment in which they only count: 10 ms where nobody hits
// them, else up to 100. If the traps alone would take more than a twentieth of a CPU, standard
// error says so; on a terminal it asks whether to go on, with the probes detached as long as it
// waits, and an error is the answer no.
Result<> arm(const Request& request, const std::vector<NamedProbe>& probes, kernel::Live& live);

}  // namespace plumb::session

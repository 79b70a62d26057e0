// Coverage: which processes have mapped what the probes of a run mean, and whether each is reached
// there.
//
// The evidence is the process's own memory: the kernel has put another instruction in the place of
// the program's. Nothing that plumb believes to have done counts.
#pragma once
#include <vector>

#include "base/result.h"
#include "kernel/live.h"
#include "session/machine.h"
#include "session/probes.h"
#include "session/request.h"

namespace plumb::session {

// Prints it, of the processes of the request or of all of this moment, ordered by pid. `live` is
// attached. The exit status.
Result<int> show_coverage(std::vector<NamedProbe>& probes, const Request& request,
                          const kernel::Live& live, Machine& machine);

}  // namespace plumb::session

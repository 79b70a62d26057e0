// Coverage: which processes have mapped what the probes of a run mean, and whether each is reached
// there.
//
// The evidence is the process's own memory: the kernel has put another instruction in the place of
// the program's. Nothing that plumb believes to have done counts.
#pragma once
#include <vector>

#include "base/result.h"
#include "kernel/live.h"
#include "probe/find_probe.h"
#include "render/coverage.h"
#include "session/machine.h"
#include "session/probes.h"

namespace plumb::session {

// Of the processes of `search`, or of all of this moment; ordered by pid. `live` is attached.
Result<std::vector<render::Covered>> coverage(std::vector<NamedProbe>& probes,
                                              const probe::Search& search, const kernel::Live& live,
                                              Machine& machine);

}  // namespace plumb::session

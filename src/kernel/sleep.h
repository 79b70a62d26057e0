// Programs that may sleep: sections that end in ".s".
#pragma once
#include "kernel/live.h"

namespace plumb::kernel {

// Of a tracer that wants them (its read-only `may_sleep`): whether this run can have them, as the
// kernel lets them refer to some kinds of maps only (check_map_prog_compatibility,
// kernel/bpf/verifier.c). Those it refuses are left out where the run has no use for them.
Result<> settle_sleep(Tracer& tracer, const Targeting& targeting, bool rings);

}  // namespace plumb::kernel

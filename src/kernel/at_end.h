// What the end of a run needs of the programs: that those under way end, and what those that are
// AT_END (bpf/schema.bpf.h) tell.
#pragma once
#include "base/result.h"
#include "kernel/tracer.h"

namespace plumb::kernel {

// Returns when every program that runs now has ended.
void await_programs();

bool has_at_end(const Tracer& tracer);
// Runs each of them once. True: one has more to tell.
Result<bool> run_at_end(const Tracer& tracer);

}  // namespace plumb::kernel

// Probes of the programs that attach to what the kernel's BTF names: typed tracepoints, trampolines
// of functions and of security hooks, iterators.
#pragma once
#include "kernel/features.h"

namespace plumb::kernel {

Availability try_typed_tracepoint();
Availability try_lsm();
Availability try_iterator();

}  // namespace plumb::kernel

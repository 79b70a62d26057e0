// Tracepoints by their names, as tracefs has them.
#pragma once
#include "kernel/kernel_probe.h"

namespace plumb::kernel {

// Of tracepoint:CATEGORY:NAME: its places and fields.
Result<> find_tracepoints(const probe::Spec& spec, KernelProbe& probe);

}  // namespace plumb::kernel

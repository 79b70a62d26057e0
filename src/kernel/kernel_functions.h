// Functions and typed tracepoints of the kernel by their names, and where their values are.
#pragma once
#include "kernel/kernel_probe.h"

namespace plumb::kernel {

// Of raw_tp:NAME: its arguments.
Result<> find_raw_tracepoint(const probe::Spec& spec, KernelProbe& probe);
// Of kprobe, kretprobe, fentry, fexit.
Result<> find_kernel_functions(const probe::Spec& spec, KernelProbe& probe);

}  // namespace plumb::kernel

// Functions and typed tracepoints of the kernel by their names, and where their values are.
#pragma once
#include "kernel/kernel_probe.h"

namespace plumb::kernel {

// Of raw_tp:NAME: its arguments.
Result<> find_raw_tracepoint(const probe::Spec& spec, KernelProbe& probe);
// Of kprobe, kretprobe, fentry, fexit.
Result<> find_kernel_functions(const probe::Spec& spec, KernelProbe& probe);

// What a function is called of which the compiler has made one that takes less:
// "finish_task_switch.isra.0". "": there is none.
std::string renamed_function(std::string_view name);

}  // namespace plumb::kernel

// Functions and typed tracepoints of the kernel by their names, and where their values are.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "kernel/kernel_probe.h"

namespace plumb::kernel {

// Of raw_tp:NAME: its arguments.
Result<> find_raw_tracepoint(const probe::Spec& spec, KernelProbe& probe);
// Of kprobe, kretprobe, fentry, fexit.
Result<> find_kernel_functions(const probe::Spec& spec, KernelProbe& probe);

// What a function is called of which the compiler has made one that takes less:
// "finish_task_switch.isra.0". "": there is none.
std::string renamed_function(std::string_view name);

// Where these are in the kernel; without those that it does not tell.
std::map<std::string, uint64_t> kernel_symbols(const std::set<std::string>& names);

}  // namespace plumb::kernel

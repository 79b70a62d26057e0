// Sampling: a program of section "perf_event" runs so often per second on each CPU.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "kernel/kernel_places.h"
#include "kernel/probes.h"

namespace plumb::kernel {

bool is_sampler(std::string_view section);

// Kernels before 6.1 take no program on these clocks that has tables which grow as they are used.
Availability samplers();

// Attaches it to a clock of each CPU that is on, and adds what keeps it to `links`. `frequency`:
// per second. Wants CAP_PERFMON.
Result<> attach_sampler(const bpf_program* program, uint64_t frequency, KernelLinks& links);

}  // namespace plumb::kernel

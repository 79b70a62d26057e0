// Where each CPU keeps its current task, so that programs read it without a call
// (bpf/current.bpf.h).
//
// A call to a helper costs 18 ns where the kernel keeps the processor from guessing returns
// (spec_rstack_overflow: Safe RET), a quarter of what a program on each system call costs at all.
#pragma once
#include <cstdint>
#include <vector>

#include "kernel/tracer.h"

namespace plumb::kernel {

// Of the kernel's types (BTF); all 0 when something is missing, or when nothing would be gained:
// kernels before 6.10 have a call for the number of the CPU as well, those since 7.0 none for the
// current task.
struct CurrentNumbers {
  uint64_t runqueues = 0, current_task = 0;  // offsets in the memory of a CPU
  uint32_t holder = 0;                       // struct rcuwait
  explicit operator bool() const { return holder != 0; }
};
CurrentNumbers current_numbers();

// Address by CPU: what find_current of the loaded engine found and saw to be right on each CPU that
// runs. Empty when on one it was not.
std::vector<uint64_t> find_current(const Tracer& engine);

// Writes them into a tracer that is not loaded yet, if all its chosen programs can use them.
Result<> use_current(Tracer& tracer, const CurrentNumbers& numbers,
                     const std::vector<uint64_t>& places);

}  // namespace plumb::kernel

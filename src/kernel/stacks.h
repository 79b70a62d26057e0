// What programs are told before they are loaded, so that they take stacks (bpf/stack.bpf.h).
#pragma once
#include <cstdint>

#include "base/result.h"
#include "kernel/tracer.h"
#include "query/plan.h"

namespace plumb::kernel {

// How much the tables hold. A row takes 4 bytes, a page 8 and stands for 64 KiB of a file, a rule
// takes 16.
struct StackRoom {
  uint32_t rows = 1;
  uint32_t pages = 1;
  uint32_t rules = 1;
};

struct StackOptions {
  bool kernel = false;  // what of a stack is taken
  bool user = false;
  bool python = false;
  StackRoom room;
};

// Has it the programs for that? Those for kernels before 5.17 have not.
bool can_take_stacks(const Tracer& tracer);
// Does a field that this plan reads hold stacks?
bool takes_stacks(const schema::Event& event, const query::Plan& plan);

// Before the load. With neither part, the programs take none, and the maps for it are not created.
Result<> configure_stacks(Tracer& tracer, const StackOptions& options);

}  // namespace plumb::kernel

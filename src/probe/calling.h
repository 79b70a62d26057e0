// Where a function of C has its arguments at its entry: the System V ABI for x86-64, §3.2.3.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "probe/argument.h"

namespace plumb::probe {

// How one parameter is passed. Unless told otherwise it is an integer or an address.
struct Passed {
  uint32_t integers = 1;   // general registers that it takes, all or none
  uint32_t floats = 0;     // vector registers, likewise
  uint32_t size = 8;       // bytes that it takes on the stack, where it is there
  bool in_memory = false;  // always on the stack
  bool wide = false;       // aligned to 16 bytes there
  bool has_value = true;   // false: it takes its place, and is not told

  bool operator==(const Passed&) const = default;
};

// Where those are that have a value, in their order, for a probe before which the stack pointer has
// moved by so much.
std::vector<Argument> passed_arguments(std::span<const Passed> all, int64_t stack_moved);

}  // namespace plumb::probe

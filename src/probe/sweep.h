// Sweep: the instructions of a function, one behind the other from its first byte on.
//
// Compilers put no data between them, so none is skipped, also what only jump tables and landing
// pads lead to. Data would show: a jump would lead into the middle of an instruction.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace plumb::probe {

struct Sweep {
  uint64_t end = 0;           // bytes that decoded
  bool whole = false;         // those are all
  bool consistent = true;     // each jump within them leads to an instruction
  bool runs_out = false;      // into what follows it
  bool leaves = false;        // it does, or a jump leads out of it
  bool has_indirect = false;  // jumps whose target is not in the code
  bool has_calls = false;
  std::vector<uint64_t> begins;   // of each instruction, ascending
  std::vector<uint64_t> targets;  // of jumps and calls within the code, ascending
  std::vector<uint64_t> exits;    // of jumps out of it, counted from its begin, modulo 2^64
  std::vector<uint64_t> returns;  // ret instructions, ascending

  bool begins_at(uint64_t offset) const;
};

Sweep sweep(std::string_view code);

}  // namespace plumb::probe

// FrameState: what call frame information says of one frame at one instruction.
#pragma once
#include <cstdint>
#include <string_view>

#include "unwind/table.h"

namespace plumb::unwind {

// In DWARF's numbers.
constexpr uint8_t fp_register = 6, sp_register = 7, pc_register = 16;

// A value that is computed of registers.
struct Computed {
  enum class How : uint8_t {
    unknown,
    sum,    // reg + offset
    deref,  // *(uint64_t*)(reg + offset) + more
    plt,    // Kind::plt
  };
  How how = How::unknown;
  uint8_t reg = 0;
  int64_t offset = 0;
  int64_t more = 0;
};

// By its shape: an expression is a program for a stack machine, but those that describe frames are
// of a few kinds. Any other is unknown.
Computed shape_of(std::string_view expression);

// A register's value in the caller.
struct Saved {
  enum class How : uint8_t {
    unchanged,
    undefined,
    at_cfa,       // in memory, at CFA + offset
    at_register,  // in memory, at reg + offset
    in_register,  // in reg
    unknown,
  };
  How how = How::unchanged;
  uint8_t reg = 0;
  int64_t offset = 0;
};

struct FrameState {
  Computed cfa;
  Saved fp;
  Saved return_address;
};

Rule rule_of(const FrameState& state);

}  // namespace plumb::unwind

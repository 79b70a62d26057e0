// Argument: what a static probe passes, as its note spells it: "-4@%edx", "8@16(%rbp)", "8f@%xmm0".
//
// The part before @ is its size in bytes, negative for signed numbers, with f for floating point;
// what follows is the operand as the assembler of that machine writes it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probe/elf.h"

namespace plumb::probe {

enum class Kind : uint8_t { untold, unsigned_number, signed_number, floating };

// Where its value is when the probe is reached.
enum class Place : uint8_t {
  unknown,   // the operand is of no known form
  constant,  // `offset` itself, or the address of `symbol` plus it
  in_register,
  memory  // at segment:[symbol + base + index * scale + offset]
};

struct Argument {
  std::string text;  // all of it, as it stands in the note
  Kind kind = Kind::untold;
  uint32_t size = 0;  // bytes; 0: not told
  Place place = Place::unknown;
  std::string base;  // a register, without %; of a register operand, that register
  std::string index;
  uint32_t scale = 1;
  int64_t offset = 0;
  std::string symbol;
  std::string segment;  // the register "fs" or "gs"
};

// At most 64: what more there is, is the last one's text.
std::vector<Argument> parse_arguments(std::string_view text, Machine machine);

// "i32", "u64", "f64"; "?" where it was not told.
std::string type_name(const Argument& argument);
// The operand alone: "%edx".
std::string_view operand_of(const Argument& argument);

}  // namespace plumb::probe

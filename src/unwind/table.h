// Table: where the caller of each piece of a file's code is found, from its call frame information.
//
// Compilers drop the frame pointer, so a stack is walked by what they wrote down of each function:
// .eh_frame, and .debug_frame for what that leaves out (DWARF 5, section 6.4; LSB Core, "Exception
// Frames"; their numbering of registers: System V ABI for AMD64, section 3.6). That is a program to
// interpret per function. Here all of them are run once, and what is left of each instruction is a
// rule of fixed size that a BPF program can follow. Of registers only rsp, rbp and the return
// address are followed: what hangs on another one is known in the innermost frame alone.
//
// The numbers of a file are believed as far as the file goes. What is broken is skipped, and
// counted; what it described is unknown.
#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/elf.h"

namespace plumb::unwind {

// How the CFA of a frame is found: the stack pointer of its caller after the return. If nothing
// else is said, the return address is at CFA - 8.
enum class Kind : uint8_t {
  unknown,             // nothing is known of this code
  sp,                  // rsp + offset
  fp,                  // rbp + offset
  sp_deref,            // *(uint64_t*)(rsp + offset) + more
  fp_deref,            // *(uint64_t*)(rbp + offset) + more
  plt,                 // rsp + offset, and 8 more where (pc & 15) >= more
  signal,              // the kernel wrote all registers to the ucontext at rsp
  root,                // nobody called this
  reg,                 // register `reg` + offset
  return_in_register,  // rsp + offset, and the return address is in register `reg`
};

// Where the caller's rbp is.
enum class FpSaved : uint8_t {
  no,      // still in rbp
  at_cfa,  // in memory, at CFA + fp_offset
  at_fp,  // in memory, at rbp + fp_offset: functions that align their stack, whose CFA is there too
  lost,   // nowhere that this can tell: a caller whose CFA hangs on it cannot be found
};

// What a kind does not use is 0.
struct Rule {
  Kind kind = Kind::unknown;
  uint8_t reg = 0;  // in DWARF's numbers, below 16
  FpSaved fp_saved = FpSaved::no;
  uint8_t unused = 0;
  int32_t offset = 0;
  int32_t more = 0;
  int32_t fp_offset = 0;

  bool operator==(const Rule&) const = default;
};
static_assert(sizeof(Rule) == 16);

// Not the same in each run: else a file could be made of rules that share one, and a search among
// them take hours.
uint64_t hash_of(const Rule& rule);

// Until the next row.
struct Row {
  uint64_t offset = 0;  // in the file, of code
  uint32_t rule = 0;    // its number among the rules

  bool operator==(const Row&) const = default;
};

// Before its first row all is unknown. Whoever looks up a return address looks for the byte before
// it: a call may be the last instruction of its function.
struct Table {
  std::vector<Row> rows;    // ascending; no two with one offset; neighbours differ in their rule
  std::vector<Rule> rules;  // each once; the first is the unknown one
  uint32_t skipped = 0;     // descriptions that are broken, of no code, or of what has one already
};

constexpr size_t most_rows = 8 << 20;
constexpr size_t most_rules = 1 << 16;

// Of x86-64 alone; any other machine's is an error, as is a table that grows beyond these limits. A
// file that describes nothing has no rows.
Result<Table> table_of(const probe::Elf& elf, const probe::Bytes& bytes);

}  // namespace plumb::unwind

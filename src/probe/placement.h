// Where a uprobe on a function costs least, and still tells what it would at the entry.
//
// A uprobe's price is the instruction that it replaces: emulated ones cost 0.5 to 0.7 µs a hit,
// single-stepped ones 11 to 15 (6.18, virtual machine; x86_code.h says which are which). So the
// probe moves to the first emulated instruction of the entry block, if that is proven to be passed
// exactly as often as the entry, with the registers that are asked for and all memory as there.
//
// Unless told otherwise every general register is asked for, so that what is passed changes nothing
// but flags, vector registers and rsp by a constant: test, cmp, endbr64, sub $n,%rsp. Which
// registers pass arguments is a matter of the language: rax counts those of C's varargs in vector
// registers and is Go's first, r10 is C's static chain, rbx and r11 are Go's second and ninth.
//
// That nothing jumps in between is read from the function's own jumps: all of it must decode and
// each of its jumps lead to an instruction. Jumps that are not seen can come from
//  - a jump table, or the cold part of the function, which lies elsewhere: there may be a loop
//    whose way back is there, so a function with indirect jumps, or jumps that leave it, may have
//    any block begin anywhere. Tail calls look the same, and count the same.
//  - a landing pad of an exception in a cold part. It runs in the frame of a call, and no compiler
//    makes a frame within a loop, so it does not come back to where rsp is as at the entry.
// Two places are believed all the same. A push, jmp or nop directly behind endbr64: of a prologue,
// each turn of a loop would need its undoing, and the others begin no block that one jumps to. And
// a conditional jump directly behind the entry's first instruction: its condition is the flags of
// that one, and compilers keep no flags across the edge of a loop.
// A jump to the entry itself counts at either place.
//
// Hand-written assembly may jump into the middle of another function; that is not seen here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::probe {

// Bytes of a function that are looked at.
inline constexpr size_t most_code = 64 << 10;

struct Placement {
  uint64_t offset = 0;      // bytes from the function's entry
  int64_t stack_moved = 0;  // rsp there, less rsp at the entry: 0, or less where a frame is made
  bool emulated = false;    // what is replaced there; false: it is single-stepped
  std::string reason;       // for people: "at +3: je is emulated; the arguments are still there"
};

// `code`: the function's bytes from its entry on, at most 64 KiB. `whole`: that is all of it but
// for cold parts, so that its jumps are seen. `kept`: the registers that must be as at the entry,
// as Instruction::written has them; rbp is kept always, for who walks the stack.
Placement place_entry(std::string_view code, bool whole, uint32_t kept = ~0u);

// Whether an instruction begins at `offset` of the function: a probe elsewhere breaks the program.
// True is proven as far as the code before it decodes and no jump in it contradicts.
bool begins_instruction(std::string_view code, uint64_t offset);

// Where the function returns: the offsets of all its ret instructions, also of those to which the
// runtime comes by other ways than jumps, as Go's does after a panic. Nothing: not all of the code
// is understood.
std::optional<std::vector<uint64_t>> returns_of(std::string_view code);

}  // namespace plumb::probe

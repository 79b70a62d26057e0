// What Go's compiler makes of functions on x86-64: its register convention ("ABIInternal",
// src/cmd/compile/abi-internal.md of Go's sources).
//
// A function begins with a look at the room on its stack. If there is too little, it asks the
// runtime for a larger stack, to which all that is on the old one is moved, and begins again. So a
// probe at the entry counts such a call twice, and an address that a uretprobe puts in the place of
// the return address breaks the program, as the runtime reads all of them when it moves the stack.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probe/argument.h"
#include "probe/bytes.h"
#include "probe/elf.h"
#include "probe/placement.h"
#include "probe/spec.h"

namespace plumb::probe {

// Whether Go's linker made the file, be it with functions of other languages in it.
bool is_go(const Elf& elf);

// Whether its functions pass their arguments in registers. They do since Go 1.17; what 1.17 makes
// cannot be told from what 1.16 made, so this is of Go 1.18 and newer.
bool passes_in_registers(const Elf& elf, const Bytes& bytes);

// Go's functions have a package before their name; those of its older convention, which is that of
// its assembly, end in ".abi0".
bool is_go_function(std::string_view symbol);

// Where these are at a function's entry, each in one register, but a text in two: its address and
// its length. The error is misuse: they do not all fit into Go's nine registers.
Result<std::vector<Argument>> go_arguments(const std::vector<Parameter>& parameters);

// Behind the look at the stack, which each call passes once; elsewhere than that, as place_entry.
Placement place_go_entry(std::string_view code, bool whole);

}  // namespace plumb::probe

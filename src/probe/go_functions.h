// Functions of a Go program by the table that its runtime has of them, which stripping leaves.
//
// src/runtime/symtab.go of Go's sources: pcHeader, functab and _func, as Go 1.18 and 1.20 brought
// them. Where a function ends is not told but by where the next one begins.
#pragma once
#include <vector>

#include "base/result.h"
#include "probe/elf.h"
#include "probe/functions.h"

namespace plumb::probe {

// Those that lie in a loaded part, in the table's order. None where the file has no such table. An
// error where it is broken or has more than 4 million.
Result<std::vector<Function>> go_functions(const Elf& elf);

}  // namespace plumb::probe

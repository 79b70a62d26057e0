// The symbols that some distributions leave in a stripped program: an ELF file of its own, packed
// with xz, in its section .gnu_debugdata (gdb's documentation, "MiniDebugInfo").
#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"
#include "probe/elf.h"

namespace plumb::probe {

// Bytes, of that file and of the memory that unpacking takes beside it.
constexpr size_t most_mini_symbols = 64 << 20;

// The file; "": there is no such section. An error where it is larger, or no xz.
Result<std::string> mini_symbols_of(const Elf& elf);

}  // namespace plumb::probe

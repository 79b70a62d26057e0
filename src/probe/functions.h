// Functions of an ELF file by name, from its symbol tables (elf(5), "String and symbol tables"); of
// a stripped Go program from Go's own (go_functions.h).
//
// Counts, places and names are believed as far as the file has them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/elf.h"

namespace plumb::probe {

struct Function {
  std::string name;     // the symbol, without a version; at most 4096 bytes of it
  uint64_t offset = 0;  // in the file
  uint64_t size = 0;    // bytes; 0: not told
  // STT_GNU_IFUNC: what lies there picks one of several when it is loaded.
  bool chosen_at_load = false;
};

// Of .symtab and .dynsym together: those that are defined and lie in a loaded part, by offset, then
// name, each of these pairs once. A stripped file has few, or none. An error where the file is
// none, is broken, or has more than 4 million symbols.
Result<std::vector<Function>> functions_of(const Bytes& bytes);
// Those that a separate file of debugging symbols (debug_file.h) names of the program `loaded`, if
// they begin at one of `entries`, and `known` ones of its own, together.
Result<std::vector<Function>> functions_of(const Bytes& symbols, const Elf& loaded,
                                           std::vector<Function> known,
                                           const std::vector<uint64_t>& entries);

// Those that symbols within the program itself name (mini_symbols.h), and `known` ones, together.
Result<std::vector<Function>> functions_of(const Bytes& symbols, const Elf& loaded,
                                           std::vector<Function> known);

// Those that `wanted` means, in the order of `all`: the symbol itself, then the readable name
// (readable_name.h), then, where it has * or ?, what it matches of either. One name may stand for
// several functions, and several names for one offset. A pattern without ".cold" leaves out the
// parts of functions that compilers call so, which nobody calls. A version behind it
// (@GLIBC_2.14) is not looked at. The error is misuse, with the nearest names, up to three, in its
// hint.
Result<std::vector<Function>> find_functions(const std::vector<Function>& all,
                                             const std::string& wanted);

// The function within which this file offset lies, of several the one that begins last; where no
// size is told, only its first byte is within it. Null: none told. `all` are functions_of's.
const Function* function_at(const std::vector<Function>& all, uint64_t offset);

}  // namespace plumb::probe

// The copies of a function that the compiler has put into its callers: debug information (DWARF)
// tells them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb::probe {

constexpr size_t most_copies_told = 256;

struct InlinedCopy {
  uint64_t address = 0;  // where it begins, as the program is linked; 0: not told
  std::string caller;    // the function whose code has it, as people write it
};

struct InlinedCopies {
  uint64_t count = 0;             // of all
  std::vector<InlinedCopy> told;  // the first of them, at most most_copies_told
};

// Of what is called so, by its symbol or its readable name. The file is read by libdw, isolated.
Result<InlinedCopies> inlined_copies(int file, const std::string& name);

// What the isolated reader has written: it may be anything.
Result<InlinedCopies> parse_inlined(std::string_view text);

// For people: "main (2 times) and run", "a, b, c, d, e and 7 others".
std::string callers_of(const InlinedCopies& copies);

}  // namespace plumb::probe

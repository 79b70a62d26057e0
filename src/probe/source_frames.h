// Where in the source an instruction comes from, and the functions that the compiler has put into
// one another there: debug information (DWARF) tells both.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probe/kept_reader.h"

namespace plumb::probe {

constexpr size_t most_source_frames = 64;  // of one instruction; those outside are left out

struct SourceFrame {
  std::string function;  // as people write it; "": not told
  std::string file;      // as the compiler was told it; ""
  uint32_t line = 0;     // of the instruction, or of the call of what is inlined here; 0: not told
  bool operator==(const SourceFrame&) const = default;
};

// One file with debug information, which is read by libdw, isolated, once for all questions.
class SourceFrames {
 public:
  // `shared`: to which dwz has moved what several files have (debug_file.h); -1: there is none.
  // Both are needed only for the call. Its process reads nothing before it is asked.
  static Result<SourceFrames> of(int file, int shared = -1);

  // Of the instruction at this address, as the program is linked: innermost first; the last is the
  // function whose code it is, all others are inlined. Empty: nothing is told. After an error,
  // which has no hint, nothing is told any more.
  Result<std::vector<SourceFrame>> at(uint64_t address);

 private:
  explicit SourceFrames(KeptReader reader) : reader_(std::move(reader)) {}

  KeptReader reader_;
};

// What the isolated reader has written: it may be anything.
Result<std::vector<SourceFrame>> parse_source_frames(std::string_view text);

}  // namespace plumb::probe

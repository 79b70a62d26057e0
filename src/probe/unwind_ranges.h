// Functions that no symbol tells, from the tables by which exceptions and debuggers unwind.
//
// Linkers write .eh_frame_hdr, which the Linux Standard Base describes ("Exception Frames"): where
// each function begins that has unwind information, in order, and where its entry in .eh_frame is,
// which has its length. Stripped files keep both. Only the forms that linkers for 64 bits write are
// read: numbers of four bytes, counted from the table and from where they stand.
#pragma once
#include <cstdint>
#include <optional>

#include "probe/bytes.h"
#include "probe/elf.h"

namespace plumb::probe {

struct CodeRange {
  uint64_t offset = 0;  // in the file
  uint64_t size = 0;    // bytes, at least one
};

// The function within which this file offset lies; nothing where that is not told.
std::optional<CodeRange> unwound_at(const Elf& elf, const Bytes& bytes, uint64_t offset);

}  // namespace plumb::probe

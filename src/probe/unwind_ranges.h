// Functions that no symbol tells, from the tables by which exceptions and debuggers unwind.
//
// Linkers write .eh_frame_hdr, which the Linux Standard Base describes ("Exception Frames"): where
// each function begins that has unwind information, in order, and where its entry in .eh_frame is,
// which has its length. Stripped files keep both. Only the forms that linkers for 64 bits write are
// read: numbers of four bytes, counted from the table and from where they stand.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "probe/bytes.h"
#include "probe/elf.h"

namespace plumb::probe {

struct CodeRange {
  uint64_t offset = 0;  // in the file
  uint64_t size = 0;    // bytes, at least one
};

// The function within which this file offset lies; nothing where that is not told.
std::optional<CodeRange> unwound_at(const Elf& elf, const Bytes& bytes, uint64_t offset);

// The addresses at which functions begin, in order. Who makes a container could put a file of
// symbols there that leads into the middle of an instruction, in a program that others run, too;
// but not change this.
std::vector<uint64_t> entries_of(const Elf& elf);

}  // namespace plumb::probe

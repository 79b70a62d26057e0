// FrameSections: where a file has its call frame information.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/elf.h"

namespace plumb::unwind {

struct FrameSection {
  std::string bytes;
  uint64_t address = 0;
  bool is_debug = false;       // .debug_frame and not .eh_frame
  bool is_open_ended = false;  // where it ends is told by the entry that closes it alone
};

// .eh_frame, which in a file without sections what C++ needs at run time leads to, and
// .debug_frame, also packed, as Go's linker leaves it.
Result<std::vector<FrameSection>> frame_sections(const probe::Elf& elf, const probe::Bytes& bytes);

}  // namespace plumb::unwind

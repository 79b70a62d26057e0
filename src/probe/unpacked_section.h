// A section as it was before it was packed (elf(5), "Compression header"), as Go's linker and
// --compress-debug-sections do it.
#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"
#include "probe/elf.h"

namespace plumb::probe {

// All of it, also of one that is not packed, of at most `limit` bytes. An error where it is more,
// is packed otherwise than by zlib, or is broken.
Result<std::string> unpacked_bytes_of(const Elf& elf, const Section& section, size_t limit);

}  // namespace plumb::probe

// jit-PID.dump, in which programs tell what code they make, with its bytes and lines of its source
// (the kernel's tools/perf/Documentation/jitdump-specification.txt).
#pragma once
#include <cstdint>

#include "base/result.h"
#include "probe/bytes.h"
#include "probe/code_map.h"

namespace plumb::probe {

// The records from `from` on, where the last call came to; 0: the file's begin. Where the next one
// begins that is not whole yet. An error where it is no such file of this byte order, or broken.
Result<uint64_t> take_jitdump(const Bytes& bytes, uint64_t from, CodeMap& map);

}  // namespace plumb::probe

// Processes, as /proc tells them.
#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace plumb::session {

// `pid` is a process that runs: not a thread of one, and not one that only waits to be reaped.
Result<> check_process(uint32_t pid);

// The processes of this moment whose ancestors are among `pids`.
std::vector<uint32_t> descendants_of(const std::vector<uint32_t>& pids);

}  // namespace plumb::session

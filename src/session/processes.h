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

// Does this process see pids as the kernel's programs do?
bool in_first_pid_namespace();

struct Process {
  uint32_t pid = 0;    // in plumb's own pid namespace
  uint32_t host = 0;   // in the first one, as the kernel's programs see it
  uint64_t began = 0;  // clock ticks since boot: tells it from a later one of the same number
};

// Those of these processes that have not ended.
Result<std::vector<Process>> identify(const std::vector<uint32_t>& pids);
// Is it still there, and not another one under its number?
bool is_there(const Process& process);

// Memory that can be had without pushing anything out, in bytes (MemAvailable of /proc/meminfo);
// UINT64_MAX when /proc does not say.
uint64_t available_memory();

}  // namespace plumb::session

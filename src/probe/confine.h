// Shuts the calling process in, a child that is to work on hostile bytes (isolated.h).
#pragma once
#include <cstdint>

namespace plumb::probe {

constexpr int confined_file = 0, confined_answers = 1;  // the descriptors that are left

// From here on it has these two descriptors, can open, run, send and signal nothing (seccomp), ends
// with `parent`, and when it takes more processor time, or more than a GiB of memory beside what it
// has. Both descriptors must be above what they become, or that. False: the system does not let it
// be so.
bool confine(int file, int answers, int parent, uint64_t cpu_seconds);

}  // namespace plumb::probe

// Shuts the calling process in, a child that is to work on hostile bytes (isolated.h).
#pragma once
#include <cstdint>

namespace plumb::probe {

// The descriptors that are left.
constexpr int confined_file = 0, confined_answers = 1, confined_second_file = 2;

// From here on it has these descriptors, the last if `second_file` is one (-1: it is none), can
// open, run, send and signal nothing (seccomp), ends with `parent`, and when it takes more
// processor time, or more than a GiB of memory beside what it has. The descriptors must be above
// what they become, or that. False: the system does not let it be so.
bool confine(int file, int answers, int parent, uint64_t cpu_seconds, int second_file = -1);

}  // namespace plumb::probe

// What the kernel calls the processes of plumb's own pid namespace.
#pragma once
#include <cstdint>
#include <map>

#include "base/result.h"

namespace plumb::kernel {

// The pid in the first namespace, by the pid in plumb's own, of all processes of this moment.
// Source: bpf/pids.bpf.c, an iterator; kernel 5.8 or newer.
Result<std::map<uint32_t, uint32_t>> host_pids();

}  // namespace plumb::kernel

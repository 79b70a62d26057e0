// Own code: places in the file of this program, for probes on it.
#pragma once
#include <cstdint>

namespace plumb::kernel {

// Where what is at this address lies in the file of this program; 0 when /proc does not say.
uint64_t own_offset(const void* address);

}  // namespace plumb::kernel

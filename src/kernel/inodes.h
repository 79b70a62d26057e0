// Which of some open files are one and the same to the kernel, though file systems show it as
// several: an image's library in the overlays of its containers.
#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace plumb::kernel {

// A number for each, equal where the inode is, as long as the files are open.
// Source: fstat(2), but where one of them is on an overlay: bpf/inodes.bpf.c, an iterator (5.12),
// or /proc/self/maps, which told it before 6.8.
Result<std::vector<uint64_t>> inodes_of(const std::vector<int>& files);

// The same, where the kernel has each: what its programs see of files that are mapped.
Result<std::vector<uint64_t>> kernel_inodes_of(const std::vector<int>& files);

}  // namespace plumb::kernel

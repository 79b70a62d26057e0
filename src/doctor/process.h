// What plumb can tell of a process's stacks, what is missing, and how to get it.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "doctor/check.h"

namespace plumb::doctor {

// Reads the files that it has mapped, and nothing of its memory. Files are hostile.
Result<Report> examine_process(uint32_t pid);

}  // namespace plumb::doctor

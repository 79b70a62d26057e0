// Isolated: work on hostile bytes by a library that may not bear them, in a process of its own.
//
// It has one file, and a pipe for what it found; it can open, run, send and signal nothing
// (seccomp), and is ended when it takes too long, or too much memory. Whatever the bytes make of
// the library, plumb has a text or an error.
#pragma once
#include <functional>
#include <string>

#include "base/result.h"

namespace plumb::probe {

constexpr size_t most_found = 1 << 20;  // bytes; what is more is an error

// `work` is given a descriptor of the file, and says what it found. Nothing that it changes stays.
// The error has no hint; it says how the work has ended.
Result<std::string> isolated(int file, const std::function<std::string(int file)>& work);

}  // namespace plumb::probe

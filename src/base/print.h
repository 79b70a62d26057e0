// What plumb says outside of events, and the writing that all output shares.
//
// SIGPIPE must be ignored by the program: a reader that went away is no failure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace plumb {

// An answer, on standard output. Where the reader went away, nobody misses what was not written.
Result<> print(std::string_view text);

// A remark, on standard error. When that fails, nobody is left to be told.
void tell(std::string_view text);

// All of it. The errno of what kept it from being written; 0: nothing did.
int write_all(int fd, std::string_view bytes);

// "write WHERE: No space left on device".
Fail cannot_write(const std::string& where, int error);

}  // namespace plumb

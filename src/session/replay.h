// Replay: a recording takes the way of live records, without a kernel to filter for it.
#pragma once
#include "session/request.h"

namespace plumb::session {

// plumb show: the exit status. Damage of the file is said on standard error, and is a failure.
Result<int> replay(const Request& request);

}  // namespace plumb::session

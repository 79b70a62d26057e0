// The flags of plumb show that tracing has not, or that mean something else there.
#pragma once
#include <vector>

#include "cli/flag.h"
#include "session/request.h"

namespace plumb::cli {

// `groups` begins with what chooses events, and what is shown of them; they fill `request`.
void add_recorded_flags(session::Request& request, std::vector<FlagGroup>& groups);

}  // namespace plumb::cli

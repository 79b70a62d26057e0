// The flags that probes have and tracers do not.
#pragma once
#include "cli/flag.h"
#include "session/request.h"

namespace plumb::cli {

FlagGroup probe_flags(session::Request& request);

}  // namespace plumb::cli

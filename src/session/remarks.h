// Remarks: what standard error says of a run before it is ready.
#pragma once
#include <string>

#include "kernel/live.h"
#include "session/machine.h"
#include "session/prepare.h"

namespace plumb::session {

void say_unknown_names(const Prepared& prepared, Machine& machine);
// And that it is.
void say_ready(const kernel::Live& live, const std::string& preferred);

}  // namespace plumb::session

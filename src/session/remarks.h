// What standard error says when a run begins.
#pragma once
#include <string>

#include "kernel/live.h"
#include "session/machine.h"
#include "session/prepare.h"

namespace plumb::session {

// Which users and groups of --where do not exist. No error: who is traced may be about to make one.
void say_unknown_names(const Prepared& prepared, Machine& machine);

// What is not as it was asked for, and that everything is attached.
void say_ready(const kernel::Live& live, const std::string& preferred);

}  // namespace plumb::session

// The checks, by group; each of them is independent of the others.
#pragma once
#include "doctor/check.h"
#include "doctor/context.h"

namespace plumb::doctor {

Checks kernel_checks(const Context& context);
Checks right_checks(const Context& context);    // capabilities, limits, security modules
Checks program_checks(const Context& context);  // program types
Checks map_checks(const Context& context);
Checks helper_checks(const Context& context);
Checks machine_checks(const Context& context);  // cgroups, tracefs, perf events, containers
Checks tracer_checks(const Context& context);   // plumb's own, loaded and thrown away

}  // namespace plumb::doctor

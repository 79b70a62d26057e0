// The grouping of a plan as the programs see it: its constants, and tables of the size it needs.
#pragma once
#include "base/result.h"
#include "kernel/tracer.h"
#include "query/plan.h"

namespace plumb::kernel {

// Before the load. Without a grouping in the kernel its maps are not made.
Result<> apply_grouping(Tracer& tracer, const query::Plan& plan);

}  // namespace plumb::kernel

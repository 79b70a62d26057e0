// The processes that --pid chose, between looking and tracing.
#pragma once
#include <vector>

#include "base/result.h"
#include "kernel/live.h"
#include "session/processes.h"
#include "session/request.h"

namespace plumb::session {

// Pids of plumb's own namespace become the kernel's. Returns the processes that were chosen.
Result<std::vector<Process>> translate_pids(kernel::Targeting& targeting);

// Once everything is attached: takes out who ended meanwhile and says so, an error when nobody is
// left; adds the descendants that were there before, when they are followed.
// Returns all who are left: one may have passed its last hook before it was attached, and still be
// seen here.
Result<std::vector<Process>> settle_targets(kernel::Live& live, const Request& request,
                                            const std::vector<Process>& chosen);
// For programs that look at what there is (UNTIL_SEEN, bpf/schema.bpf.h): the kernel tells of the
// current task alone whether it is in a control group. Adds the processes of those that are traced
// and of what is below; of processes that were chosen by pid leaves only these.
Result<> target_members(kernel::Live& live, const kernel::Targeting& targeting);
// Takes out who has ended. Returns those that are left.
Result<std::vector<Process>> forget_ended(kernel::Live& live,
                                          const std::vector<Process>& processes);

}  // namespace plumb::session

// Prepare: from a request to opened tracers with bound plans.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kernel/live.h"
#include "kernel/tracer.h"
#include "query/plan.h"
#include "session/machine.h"
#include "session/probes.h"
#include "session/request.h"

namespace plumb::session {

struct Prepared {
  std::vector<kernel::Tracer> tracers;
  std::vector<NamedProbe> probes;                   // some of these are
  std::vector<std::unique_ptr<query::Plan>> plans;  // plans[i] belongs to tracers[i]
  std::string left_out;                             // lines: tracers that this kernel cannot run
};

// `machine` knows users and groups.
Result<Prepared> prepare(const Request& request, Machine& machine);

// An error when nothing is grouped that --every could show.
Result<> check_every(const Request& request, bool groups);

// One tracer, by name or as a file NAME.bpf.o; an unknown one is misuse and the nearest is
// suggested.
Result<kernel::Tracer> open_tracer(const std::string& name);

// The conditions of `who` in the kernel's terms. Fails when a pid, user, cgroup or container does
// not exist, save a container that may come later. `machine` finds cgroups and containers.
Result<kernel::Targeting> find_targets(const Request& request, Machine& machine,
                                       bool containers_may_come);

// An error when the rings would take more than half of the memory that is available: the kernel
// would make room for them by killing processes.
Result<> check_memory(const kernel::LiveOptions& options);

}  // namespace plumb::session

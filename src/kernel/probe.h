// A probe that the user named, as a tracer (bpf/probe.bpf.c).
#pragma once
#include "kernel/tracer.h"
#include "probe/user_probe.h"

namespace plumb::kernel {

// Its event has the fields who, function, arg.NAME for each parameter, ret, latency (where calls
// are paired with their returns) and unread. The files of `probe` are kept open by it.
Result<Tracer> open_probe(probe::UserProbe probe);

}  // namespace plumb::kernel

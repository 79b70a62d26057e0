// Calls under way, of probes that make a call and its return one event (bpf/frames.bpf.h).
#pragma once
#include "kernel/tracer.h"
#include "probe/event.h"

namespace plumb::kernel {

// Room for them, where the probe has such events; else none.
Result<> write_frames(Tracer& tracer, const probe::ProbeEvent& probe);

}  // namespace plumb::kernel

// A probe that the user named, as a tracer (bpf/probe.bpf.c).
#pragma once
#include "kernel/tracer.h"
#include "probe/user_probe.h"

namespace plumb::kernel {

// Whether this kernel tells a program at which of its places it runs (5.15), so that each may have
// a name and values of its own.
bool tells_places_apart();

// Its event has the fields who, function, arg.NAME for each parameter, ret, latency (where calls
// are paired with their returns) and unread. The descriptors of the files go to the tracer.
// `with_stacks`: it can take them.
Result<Tracer> open_probe(probe::UserProbe& probe, bool with_stacks);

// Puts the probe that runs as `tracer` into one more file, where it is as it would have been from
// the begin. Its functions are among those that the probe had then.
Result<> add_file(Tracer& tracer, probe::UserProbe& probe, probe::ProbedFile file);

}  // namespace plumb::kernel

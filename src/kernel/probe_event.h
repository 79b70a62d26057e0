// The event of a probe that the user named, written as types over struct probe of
// bpf/probe_event.bpf.h.
#pragma once
#include "base/result.h"
#include "probe/event.h"

struct btf;

namespace plumb::kernel {

// Adds it to the object's types, with the tags of bpf/schema.bpf.h.
Result<> describe_event(btf* types, const probe::ProbeEvent& probe);

}  // namespace plumb::kernel

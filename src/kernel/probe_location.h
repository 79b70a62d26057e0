// Where a value is when a probe is reached, in the words of bpf/location.bpf.h.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "kernel/tracer.h"
#include "probe/argument.h"
#include "probe/spec.h"

namespace plumb::kernel {

// struct location, member by member.
using Members = std::vector<std::pair<const char*, uint64_t>>;

// `tracer` has its constants.
Members location(const Tracer& tracer, const probe::Argument& value,
                 const probe::Parameter& parameter);

// Text and bytes are not in the event's own place, but behind it.
bool in_tail(const probe::Parameter& parameter);

}  // namespace plumb::kernel

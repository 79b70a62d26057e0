// Maps of an object as its BTF and libbpf describe them before anything is loaded.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "kernel/live.h"

struct bpf_map;

namespace plumb::kernel {

// The engine creates it for all tracers (SHARED in bpf/schema.bpf.h).
bool is_shared(const Tracer& tracer, const bpf_map* map);
// It serves nothing but stacks (FOR_STACKS).
bool is_for_stacks(const Tracer& tracer, const bpf_map* map);

}  // namespace plumb::kernel

// How programs come to those bytes of a packet that its socket buffer keeps in pages of their own
// (bpf/packet.bpf.h).
//
// The kernel copies them for whom it lets call bpf_dynptr_from_skb: programs of typed tracepoints
// since 6.12, and it has had that function since 6.4. Elsewhere programs find the page in memory
// themselves, by two of the kernel's variables, which takes a look through /proc/kallsyms: a third
// of a start.
#pragma once
#include "kernel/tracer.h"

namespace plumb::kernel {

// Tells a tracer that is not loaded yet, if it asks: if it has packet_places.
Result<> use_packet_places(Tracer& tracer);

}  // namespace plumb::kernel

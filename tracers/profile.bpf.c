// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// profile: where processes spend CPU time, by the functions that they are in.
//
// A timer of the kernel interrupts each CPU so often per second, and what runs there then is a sample: who is found in
// half of them has used half of the time. That takes no hardware, so it is the same in virtual machines. It ticks while
// the CPU works, and not while it is idle.
//
// Cost:  3 to 30 us per sample, by the depth of the stack: at 99 per second less than 0.3 % of a CPU.
// Blind: what lasts less than a tick is seen in proportion, not each time. Code that runs with interrupts off is
//        found where it lets them in again. Kernels before 6.1 let no such program have its tables.
#include "tracer.bpf.h"

EVENT(profile, "a sample of a thread that runs", VIEW("who.comm,stack", "count")) {
	struct caller who;
};

KNOB(count_t, frequency, 99, "samples per second on each CPU");

SEC("perf_event") SERVES("samples")
int on_sample(void *ctx)
{
	struct profile e = {};

	if (!(__u32)current_id() || !current_caller(&e.who)) /* 0: nothing runs */
		return 0;
	return emit(ctx, &e);
}

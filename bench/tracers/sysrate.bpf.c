// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// sysrate: every system call, to measure what a filter and a group cost on the hottest hook.
//
// The twin of bench/peers/reject.bpf.c and bench/peers/groups.bpf.c, which do the same by hand.
//
// Cost:  what is to be measured.
// Blind: the system calls of 32-bit programs have other numbers.
#include "tracer.bpf.h"

EVENT(sysrate, "a system call that begins") {
	struct caller who;
	status_t number KEY DOC("of the system call");
	status_t unused TAG("hidden");
	ns_t since DETAIL DOC("from the one before it on this processor");
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} before SEC(".maps");

static __always_inline __u64 since_before(void)
{
	__u32 zero = 0;
	__u64 *last = bpf_map_lookup_elem(&before, &zero), at = now(), since;

	if (!last)
		return 0;
	since = *last ? at - *last : 0;
	*last = at;
	return since;
}

SEC("tp_btf/sys_enter") SERVES("calls")
int BPF_PROG(on_enter, struct pt_regs *regs, long number)
{
	struct sysrate e = { .number = number };

	if (!current_caller(&e.who))
		return 0;
	if (wants(sysrate, since))
		e.since = since_before();
	return emit(ctx, &e);
}

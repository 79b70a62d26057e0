// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// burst: made-up records of 64 bytes, to measure the way out of the kernel.
//
// Each getpgid system call makes --records of them; bench/workloads/burst calls it.
//
// Cost:  what is to be measured.
// Blind: everything real.
#include "tracer.bpf.h"

EVENT(burst, "a record of 64 bytes with its header") {
	process_id_t pid DOC("the process that called");
	process_id_t tid DOC("its thread");
	count_t number DOC("of the record within its call") KEY;
	ns_t spent DOC("since the call began");
	count_t filler[3] DOC("nothing");
};

KNOB(__u32, records, 1, "records per call");

#define GETPGID 121

struct call {
	void *ctx;
	__u64 began;
};

static long make_record(__u64 number, struct call *call)
{
	struct caller who;

	if (!current_caller(&who))
		return 0;
	struct burst e = { .pid = who.pid, .tid = who.tid, .number = number };

	if (wants(burst, spent))
		e.spent = now() - call->began;
	emit_plain(call->ctx, &e);
	return 0;
}

SEC("tp_btf/sys_enter") SERVES("calls")
int BPF_PROG(on_enter, struct pt_regs *regs, long number)
{
	struct call call = { ctx, now() };

	if (number != GETPGID)
		return 0;
	if (records == 1)
		return make_record(0, &call);
	bpf_loop(records, make_record, &call, 0);
	return 0;
}

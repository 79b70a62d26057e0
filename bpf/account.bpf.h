/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The account of one tracer: what became of every hit.
 *
 *   hits = not_target + filtered + sampled_out + aggregated + emitted + lost_*
 *
 * Each hit is counted once when it is seen and once when its fate is known. User space reads the
 * names from this enum's BTF; whatever begins with lost_ is a loss.
 */
#pragma once
#include "current.bpf.h"
#include "plan.bpf.h"

enum outcome {
	OUTCOME_HITS,
	OUTCOME_NOT_TARGET,
	OUTCOME_FILTERED,
	OUTCOME_SAMPLED_OUT,
	OUTCOME_AGGREGATED,
	OUTCOME_EMITTED,
	OUTCOME_LOST_RING_FULL,
	OUTCOME_LOST_SCRATCH_BUSY,
	OUTCOME_LOST_STATE_FULL,
	OUTCOMES,
};

/* Of one CPU, in cache lines that no other CPU writes (two, as processors fetch them in pairs). */
struct account {
	__u64 of[OUTCOMES];
	enum outcome names; /* Not read: BTF holds only types that something mentions, and user space needs this. */
} __attribute__((aligned(128)));

/*
 * By CPU, for all that may be there: user space sets max_entries. Inserted and removed by nobody: there as long
 * as the tracer is loaded. User space reads it through memory that it maps, because as long as a system call on
 * a map is under way, the kernel skips the programs of kprobes and classic tracepoints on that CPU.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct account);
} accounts SEC(".maps") DOC("what became of every hit, by CPU");

/*
 * To a number of this CPU. Atomic, because an interrupt may count here in the middle of it; but since 6.1 no
 * program runs on a CPU where it has not ended (it is missed), so one that is alone needs not wait for the bus.
 */
static __always_inline void add_here(__u64 *to, __u64 number)
{
	if (plan.alone)
		*to += number;
	else
		__sync_fetch_and_add(to, number);
}

static __always_inline struct account *own_account(void)
{
	__u32 cpu = this_cpu();

	return bpf_map_lookup_elem(&accounts, &cpu);
}

static __always_inline void count_outcome(enum outcome outcome)
{
	struct account *account = own_account();

	if (account)
		add_here(&account->of[outcome], 1);
}

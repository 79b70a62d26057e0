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

/* Inserted and removed by nobody: there as long as the tracer is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OUTCOMES);
	__type(key, enum outcome);
	__type(value, __u64);
} accounts SEC(".maps") DOC("what became of every hit");

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

static __always_inline void count_outcome(enum outcome outcome)
{
	__u64 *count = bpf_map_lookup_elem(&accounts, &outcome);

	if (count)
		add_here(count, 1);
}

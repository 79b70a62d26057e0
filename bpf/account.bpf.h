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
#include "schema.bpf.h"
#include <bpf/bpf_helpers.h>

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

/* Atomic, because an interrupt may count on this CPU in the middle of it. */
static __always_inline void count_outcome(enum outcome outcome)
{
	__u64 *count = bpf_map_lookup_elem(&accounts, &outcome);

	if (count)
		__sync_fetch_and_add(count, 1);
}

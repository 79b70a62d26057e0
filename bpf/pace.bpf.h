/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many of its hits a probe looks at, as user space sets it while it runs: one of so many by chance, with the
 * weight in the record. What is not looked at costs the trap, and the draw.
 *
 * --sample is drawn last, from what --where has let pass, so that it spares records. This is drawn first, so that
 * it spares everything.
 */
#pragma once
#include "account.bpf.h"

struct pace {
	__u32 look_at; /* one hit of so many; 0: none of them is told, they are only counted here: */
	__u32 unused;
	__u64 counted;
};

/* Set by user space, which has it mapped; created only where `paced` is set. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct pace);
} paces SEC(".maps") DOC("how many hits are looked at");

const volatile bool paced = false;

static __always_inline struct pace *own_pace(void)
{
	__u32 zero = 0;

	return paced ? bpf_map_lookup_elem(&paces, &zero) : NULL;
}

/* Nothing is told yet. It is no hit for the account then: the run has not begun. */
static __always_inline bool only_counts(void)
{
	struct pace *pace = own_pace();

	if (!pace || *(volatile __u32 *)&pace->look_at)
		return false;
	__sync_fetch_and_add(&pace->counted, 1);
	return true;
}

/* How many hits one stands for; 0: it is not looked at. Of two programs at one hit each draws for itself. */
static __always_inline __u32 draw(void)
{
	struct pace *pace = own_pace();
	__u32 look_at = pace ? *(volatile __u32 *)&pace->look_at : 1;

	return look_at > 1 && bpf_get_prandom_u32() % look_at ? 0 : look_at;
}

/* Of a hit of who is traced, which is sampled_out where it is not looked at. */
static __always_inline __u32 draw_weight(void)
{
	__u32 weight = draw();

	if (!weight)
		count_outcome(OUTCOME_SAMPLED_OUT);
	return weight;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who ran on this CPU lately. Whom a thread had waited for is seldom the one that ran last, which more
 * often than not is a worker of the kernel that slipped in for a moment: it is who ran longest meanwhile.
 */
#pragma once
#include "task.bpf.h"

#define STINTS 8

struct stints {
	__u64 ended;  /* the last one: the next begins there */
	__u64 number; /* of the next */
	struct stint {
		__u64 began, ended;
		struct thread thread;
	} last[STINTS];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stints);
} stints SEC(".maps") DOC("who ran on each CPU lately");

static __always_inline struct stints *stints_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&stints, &zero);
}

/* At each switch, of which the kernel makes one at a time on a CPU. */
static __always_inline void end_stint(struct task_struct *task, __u64 at)
{
	struct stints *here = stints_here();
	struct stint *stint;

	if (!here)
		return;
	stint = &here->last[here->number++ % STINTS];
	stint->began = here->ended;
	stint->ended = here->ended = at;
	thread_of(task, &stint->thread);
}

static __always_inline void longest_stint_since(__u64 since, struct thread *thread)
{
	struct stints *here = stints_here();
	struct stint *longest = NULL;
	__u64 most = 0;

#pragma unroll
	for (int i = 0; here && i < STINTS; i++) {
		struct stint *stint = &here->last[i];
		__u64 began = stint->began > since ? stint->began : since;

		if (stint->ended > began && stint->ended - began > most) {
			most = stint->ended - began;
			longest = stint;
		}
	}
	if (longest && longest->thread.pid)
		*thread = longest->thread;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The engine: what every session needs beside its tracers. It owns the maps that the tracers share
 * (rings, targets, what the reader says) and follows traced processes through fork and exit.
 *
 * follow_fork is attached before the tracers and follow_exit after them, so that a child is traced
 * from its first instruction and a process until its last event.
 *
 * Cost: a hash lookup per fork and exit, and only in sessions that choose processes by pid.
 */
#include "tracer.bpf.h"

/* The accounts of the engine count forks: hits, children not followed, and children lost. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(follow_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 from = parent->tgid, pid = child->tgid, followed = 1;

	if (pid == from)
		return 0;
	count_outcome(OUTCOME_HITS);
	if (!bpf_map_lookup_elem(&targets, &from))
		count_outcome(OUTCOME_NOT_TARGET);
	else if (bpf_map_update_elem(&targets, &pid, &followed, BPF_ANY))
		count_outcome(OUTCOME_LOST_STATE_FULL);
	else
		count_outcome(OUTCOME_EMITTED);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(follow_exit, struct task_struct *task)
{
	__u32 pid = task->tgid;

	if (task->signal->live.counter == 0)
		bpf_map_delete_elem(&targets, &pid);
	return 0;
}

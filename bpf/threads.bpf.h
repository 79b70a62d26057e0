/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all threads of a process have used together. */
#pragma once
#include "repeat.bpf.h"
#include <bpf/bpf_core_read.h>

#define MOST_THREADS 256

struct cpu_sum {
	struct list_head *head, *node;
	__u64 total;
};

static STEP(add_thread, struct cpu_sum *sum)
{
	struct list_head *node = sum->node;
	struct task_struct *thread =
		(void *)node - bpf_core_field_offset(struct task_struct, thread_node);

	if (node == sum->head)
		return STEP_DONE;
	sum->total += BPF_CORE_READ(thread, se.sum_exec_runtime);
	sum->node = BPF_CORE_READ(node, next);
	return STEP_ON;
}

/* Threads that were reaped are in the sum already; the others stand in the list until they are. */
static __always_inline __u64 cpu_time(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct list_head *head =
		(void *)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	struct cpu_sum sum = {
		.head = head,
		.node = BPF_CORE_READ(head, next),
		.total = BPF_CORE_READ(signal, sum_sched_runtime),
	};

	repeat(MOST_THREADS, add_thread, &sum);
	return sum.total;
}

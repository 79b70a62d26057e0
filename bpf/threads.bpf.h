/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all threads of a process have used together. */
#pragma once
#include "kernel_sched.bpf.h"
#include "repeat.bpf.h"
#include <bpf/bpf_core_read.h>

#define MOST_THREADS 256

/*
 * The kernel adds to a thread's time at ticks and switches: a thread that runs is up to 4 ms behind, and a
 * short process has hardly any. What is missing has gone by on the scheduler's clock (kernel/sched/core.c:
 * update_rq_clock, update_curr), which programs cannot ask for; but where a new thread is put into a
 * queue it was read just now (wake_up_new_task), and then says how far it is from ours.
 */
struct scheduler_clock {
	__u64 behind; /* ours less the scheduler's; they drift apart by 500 ppm at most */
	__u64 at;     /* by our clock */
};

/* One entry, written anew by each start of a thread. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scheduler_clock);
} scheduler_clock SEC(".maps") DOC("how far the scheduler's clock is from the others");

#define SCHEDULER_CLOCK_HOLDS 1000000000ULL

static __always_inline struct rq *queue_of(struct task_struct *task)
{
	return bpf_core_field_exists(struct cfs_rq, rq) ? BPF_CORE_READ(task, se.cfs_rq, rq) : NULL;
}

/* At sched_wakeup_new. */
static __always_inline void note_scheduler_clock(struct task_struct *started)
{
	struct rq *queue = queue_of(started);
	__u64 at = now();
	__u32 zero = 0;
	struct scheduler_clock *clock = bpf_map_lookup_elem(&scheduler_clock, &zero);

	if (!queue || !clock)
		return;
	clock->behind = at - BPF_CORE_READ(queue, clock);
	clock->at = at;
}

/* What the current thread has run since its sum was brought up to date: 0 where no thread was started lately. */
static __always_inline __u64 running_time(struct task_struct *current)
{
	struct rq *queue = queue_of(current);
	__u64 at = now(), task_now;
	__u32 zero = 0;
	struct scheduler_clock *clock = bpf_map_lookup_elem(&scheduler_clock, &zero);

	if (!queue || !clock || at - clock->at > SCHEDULER_CLOCK_HOLDS)
		return 0;
	/* Less what interrupts and the hypervisor took. */
	task_now = at - clock->behind -
		   (BPF_CORE_READ(queue, clock) - BPF_CORE_READ(queue, clock_task));
	at = BPF_CORE_READ(current, se.exec_start);
	return task_now > at ? task_now - at : 0;
}

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

/*
 * Of the current process, up to now. Threads that were reaped are in the sum already; the others
 * stand in the list until they are.
 */
static __always_inline __u64 cpu_time(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct list_head *head =
		(void *)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	struct cpu_sum sum = {
		.head = head,
		.node = BPF_CORE_READ(head, next),
		.total = BPF_CORE_READ(signal, sum_sched_runtime) + running_time(task),
	};

	repeat(MOST_THREADS, add_thread, &sum);
	return sum.total;
}

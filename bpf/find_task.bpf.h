/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The thread that has a number, where a hook has nothing else of it: as kernel/pid.c and lib/xarray.c find it. */
#pragma once
#include "kernel.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct xarray {
	void *xa_head;
};

struct idr {
	struct xarray idr_rt;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct pid_namespace___numbers {
	struct idr idr;
};

struct pid___tasks {
	struct hlist_head tasks[1];
};

struct task_struct___links {
	struct hlist_node pid_links[1];
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

enum { NUMBER_LEVELS = 4, SLOT_MASK = 63 }; /* numbers are below 1 << 22, a level has six bits of them */

/* Who may have this number in the namespace; NULL: nobody. */
static __always_inline struct task_struct *task_in(struct pid_namespace *space, __u32 number)
{
	struct pid_namespace___numbers *numbers = (void *)space;
	void *entry = BPF_CORE_READ(numbers, idr.idr_rt.xa_head);
	struct hlist_node *link;
	struct pid___tasks *pid;

	for (int i = 0; i < NUMBER_LEVELS && ((__u64)entry & 3) == 2; i++) { /* marked as a node */
		struct xa_node *node = entry - 2;
		void **slots = (void *)node + bpf_core_field_offset(struct xa_node, slots);

		bpf_probe_read_kernel(&entry, sizeof(entry), slots + (number >> BPF_CORE_READ(node, shift) & SLOT_MASK));
	}
	pid = entry;
	link = BPF_CORE_READ(pid, tasks[0].first);
	return link ? (void *)link - bpf_core_field_offset(struct task_struct___links, pid_links) : NULL;
}

/* By the number that the host has for it. NULL: nobody has it any more. */
static __always_inline struct task_struct *task_numbered(__u32 number)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	task = task_in(BPF_CORE_READ(task, thread_pid, numbers[0].ns), number);
	return task && (__u32)BPF_CORE_READ(task, pid) == number ? task : NULL;
}

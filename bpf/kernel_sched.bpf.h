/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's queues of tasks (kernel/sched/sched.h); the same rules as in bpf/kernel.bpf.h. */
#pragma once
#include "kernel.bpf.h"

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct rq {
	unsigned int cpu;
	__u64 clock, clock_task; /* the second without what interrupts and the hypervisor took */
};

struct cfs_rq {
	struct rq *rq; /* where groups of tasks are scheduled (FAIR_GROUP_SCHED) */
};

struct task_group {
	struct cfs_rq **cfs_rq;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Another task than the current one, and the scheduler's tracepoints, which are about such.
 *
 * `task` is an argument of a tp_btf program: of what the kernel vouches for, fields are read at the
 * price of a load, and what is there no more reads as zero.
 */
#pragma once
#include "targets.bpf.h"

/* include/linux/sched.h: how a task leaves the CPU; 0 is runnable */
enum {
	TASK_INTERRUPTIBLE = 0x1,
	TASK_UNINTERRUPTIBLE = 0x2,
	TASK_STOPPED = 0x4,
	TASK_TRACED = 0x8,
	TASK_DEAD = 0x80,
	TASK_NOLOAD = 0x400,
	TASK_RTLOCK_WAIT = 0x1000, /* as TASK_UNINTERRUPTIBLE; PREEMPT_RT */
};

struct task_struct___before_5_14 {
	long state;
} OF_KERNEL;

/* The arguments since 5.18; with others it is another type. include/trace/events/sched.h */
typedef void (*btf_trace_sched_switch)(void *, bool, struct task_struct *, struct task_struct *,
				       unsigned int);

/*
 * Kernels before 5.17 leave the rest of a longer name behind the NUL (06c5088aeedc); later ones pad
 * it with zeros. PLUMB_LOOP_HELPER: 5.17 or later.
 */
static __always_inline void comm_of(struct task_struct *task, char comm[16])
{
#ifdef PLUMB_LOOP_HELPER
	((__u64 *)comm)[0] = *(__u64 *)&task->comm[0];
	((__u64 *)comm)[1] = *(__u64 *)&task->comm[8];
#else
	BPF_CORE_READ_STR_INTO((char(*)[16])comm, task, comm);
#endif
}

/* A thread that has a part in what happened to another; zeros: none, or not known. */
struct thread {
	process_id_t pid DOC("process, as the host numbers it") KEY DETAIL ZERO_IS_UNKNOWN;
	process_id_t tid DOC("thread, as the host numbers it") DETAIL ZERO_IS_UNKNOWN;
	char comm[16] DOC("the thread's name") PRIVACY(open) KEY;
};

static __always_inline void current_thread(struct thread *thread)
{
	__u64 id = current_id();

	thread->pid = id >> 32;
	thread->tid = (__u32)id;
	bpf_get_current_comm(thread->comm, sizeof(thread->comm));
}

static __always_inline void thread_of(struct task_struct *task, struct thread *thread)
{
	thread->pid = task->tgid;
	thread->tid = task->pid;
	comm_of(task, thread->comm);
}

/*
 * Is the task traced? Whether it is in a traced control group can be asked of the current task only
 * (in_target_cgroup): who wants to know it of another has asked when that was the current one.
 */
static __always_inline bool is_target_task(struct task_struct *task, bool in_cgroup)
{
	__u64 comm[2] = {};

	if (!is_target_process(task->tgid))
		return false;
	if (targeting.uids && !is_target_user(task->cred->uid.val))
		return false;
	if (targeting.comms) {
		comm_of(task, (char *)comm);
		if (!is_target_comm(comm))
			return false;
	}
	return !targeting.cgroups || in_cgroup;
}

/* What only begins here, as span_begins. */
static __always_inline bool span_of_task_begins(struct task_struct *task, bool in_cgroup)
{
	if (is_target_task(task, in_cgroup))
		return true;
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_NOT_TARGET);
	return false;
}

/* The task, whole, at the end of a span: for emit_span. That it is traced was found at the begin. */
static __always_inline void describe_task(struct caller *who, struct task_struct *task)
{
	__builtin_memset(who, 0, sizeof(*who));
	who->pid = task->tgid;
	who->tid = task->pid;
	if (caller_need(comm))
		comm_of(task, who->comm);
	if (caller_need(uid) || caller_need(gid)) {
		who->uid = task->cred->uid.val;
		who->gid = task->cred->gid.val;
	}
	if (caller_need(cgroup))
		who->cgroup = task->cgroups->dfl_cgrp->kn->id;
	if (caller_need(started))
		who->started = task->group_leader->start_boottime;
	if (caller_need(ns_pid) || caller_need(pid_ns))
		own_namespace(task->group_leader, who->pid, &who->ns_pid, &who->pid_ns);
}

/*
 * The state in which a task leaves the CPU (TASK_*, 0: runnable), from the arguments of
 * sched_switch: preempt, prev, next, and since 5.18 prev_state. Before, the task's own field is
 * read, where a waker on another CPU may have been (then none of the known bits is left); its name
 * is new in 5.14.
 */
static __always_inline __u32 state_left_in(const __u64 *args)
{
	struct task_struct *task = (void *)args[1];

	if (args[0]) /* preempted on its way to sleep: it will go on */
		return 0;
	if (bpf_core_type_exists(btf_trace_sched_switch))
		return args[3];
	if (bpf_core_field_exists(task->__state))
		return task->__state;
	return ((struct task_struct___before_5_14 *)task)->state;
}

/* The same for people. */
enum off_state {
	OFF_RUNNABLE,
	OFF_SLEEPING,
	OFF_UNINTERRUPTIBLE,
	OFF_IDLE,
	OFF_STOPPED,
	OFF_TRACED,
	OFF_OTHER, /* parked, frozen */
};

static __always_inline enum off_state state_of(__u32 state)
{
	if (!state)
		return OFF_RUNNABLE;
	if (state & TASK_STOPPED)
		return OFF_STOPPED;
	if (state & TASK_TRACED)
		return OFF_TRACED;
	if (state & TASK_INTERRUPTIBLE)
		return OFF_SLEEPING;
	if (state & (TASK_UNINTERRUPTIBLE | TASK_RTLOCK_WAIT))
		return state & TASK_NOLOAD ? OFF_IDLE : OFF_UNINTERRUPTIBLE;
	return OFF_OTHER;
}

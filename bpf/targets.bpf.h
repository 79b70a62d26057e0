/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who is traced, and who did it: one call answers both, so that no tracer can forget to filter.
 */
#pragma once
#include "account.bpf.h"
#include "current.bpf.h"
#include "plan.bpf.h"
#include <bpf/bpf_core_read.h>

enum target_limits { TARGET_CGROUPS = 16, TARGET_UIDS = 16, TARGET_COMMS = 16 };

struct target_comm {
	__u64 words[2];
};

/*
 * Filled by user space before the load, like the plan. Of each condition that is set, one value
 * must fit; what is not set is deleted by the verifier.
 */
struct targeting {
	__u32 by_pid;  /* the process is in `targets` */
	__u32 uids;    /* how many of `uid` are set */
	__u32 comms;   /* of `comm` */
	__u32 cgroups; /* of target_cgroups are used, or may be once it runs */
	__u32 self;    /* plumb itself is never traced: it would trace its own tracing */
	__u32 mount_ns;    /* its mount namespace, and the root that it sees there: */
	__u32 root_device; /* as super_block.s_dev has it */
	__u64 root_inode;
	__u32 uid[TARGET_UIDS];
	enum target_limits limits; /* not read: BTF holds only types that something mentions */
	struct target_comm comm[TARGET_COMMS];
};
const volatile struct targeting targeting = {};

/*
 * The traced processes. Inserted by user space (--pid, the command) and by the engine when a traced
 * process forks; removed by the engine when its last thread exits. Full: the child is not traced,
 * and that is counted as lost_state_full of the engine.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);   /* pid as the host numbers it */
	__type(value, __u32); /* tid of the thread that ends it; 0 before */
} targets SEC(".maps") SHARED DOC("traced processes");

/*
 * The traced control groups and everything below them. Set and removed by user space, as containers come
 * and go: the places in use are the first ones. Full: a container that starts is not traced, which is told.
 */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, TARGET_CGROUPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} target_cgroups SEC(".maps") SHARED DOC("traced control groups");

static __always_inline bool in_target_cgroup(void)
{
#pragma unroll
	for (__u32 i = 0; i < TARGET_CGROUPS; i++) {
		if (i >= targeting.cgroups)
			break;
		long under = bpf_current_task_under_cgroup(&target_cgroups, i);

		if (under)
			return under == 1; /* negative: nothing has this place, nor those after it */
	}
	return false;
}

static __always_inline bool is_target_user(__u32 uid)
{
#pragma unroll
	for (__u32 i = 0; i < TARGET_UIDS; i++) {
		if (i >= targeting.uids)
			break;
		if (uid == targeting.uid[i])
			return true;
	}
	return false;
}

/* Whose name counts: that of the current thread, or of its process, which is its first thread's. */
enum whose { OF_THREAD, OF_PROCESS };

static __always_inline void own_comm(void *comm, enum whose whose)
{
	struct task_struct *task = current_task();

	if (whose == OF_THREAD)
		bpf_get_current_comm(comm, sizeof(task->comm));
	else
		BPF_CORE_READ_STR_INTO((char(*)[sizeof(task->comm)])comm, task, group_leader, comm);
}

static __always_inline bool is_target_comm(const __u64 comm[2])
{
#pragma unroll
	for (__u32 i = 0; i < TARGET_COMMS; i++) {
		if (i >= targeting.comms)
			break;
		if (comm[0] == targeting.comm[i].words[0] && comm[1] == targeting.comm[i].words[1])
			return true;
	}
	return false;
}

static __always_inline bool has_target_comm(enum whose whose)
{
	__u64 comm[2] = {};

	own_comm(comm, whose);
	return is_target_comm(comm);
}

static __always_inline bool is_target_process(__u32 pid)
{
	if (targeting.self && pid == targeting.self)
		return false;
	return !targeting.by_pid || bpf_map_lookup_elem(&targets, &pid);
}

static __always_inline bool is_target(__u32 pid, enum whose whose)
{
	if (!is_target_process(pid))
		return false;
	if (targeting.uids && !is_target_user(bpf_get_current_uid_gid()))
		return false;
	if (targeting.comms && !has_target_comm(whose))
		return false;
	return !targeting.cgroups || in_target_cgroup();
}

/* PROC_PID_INIT_INO of include/linux/proc_ns.h: the first pid namespace, which all others lie in. */
#define FIRST_PID_NS 0xEFFFFFFC

/*
 * The pid of a process in its own (innermost) pid namespace, and that namespace. Most are in the first
 * one, where the host's number is its own: nothing more is read of them.
 */
static __always_inline void own_namespace(struct task_struct *leader, __u32 host_pid, __u32 *ns_pid,
					  __u32 *pid_ns)
{
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid own = {};

	if (pid && !level) {
		*ns_pid = host_pid;
		*pid_ns = FIRST_PID_NS;
		return;
	}
	bpf_core_read(&own, sizeof(own),
		      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			      level * bpf_core_type_size(struct upid));
	*ns_pid = own.nr;
	*pid_ns = BPF_CORE_READ(own.ns, ns.inum);
}

static __always_inline void describe_leader(struct caller *who, enum caller_need when)
{
	struct task_struct *task = current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	if (caller_need(started) == when)
		who->started = BPF_CORE_READ(leader, start_boottime);
	if (caller_need(ns_pid) == when || caller_need(pid_ns) == when)
		own_namespace(leader, who->pid, &who->ns_pid, &who->pid_ns);
}

/* Reads of the current task what is needed then; each costs some nanoseconds. */
static __always_inline void describe(struct caller *who, enum caller_need when, enum whose whose)
{
	if (!plan.caller_needs[when])
		return;
	if (caller_need(uid) == when || caller_need(gid) == when) {
		__u64 owner = bpf_get_current_uid_gid();

		who->uid = (__u32)owner;
		who->gid = owner >> 32;
	}
	if (caller_need(cgroup) == when)
		who->cgroup = bpf_get_current_cgroup_id();
	if (caller_need(comm) == when)
		own_comm(who->comm, whose);
	if (caller_need(started) == when || caller_need(ns_pid) == when ||
	    caller_need(pid_ns) == when)
		describe_leader(who, when);
	describe_stack(who, when);
}

static __always_inline void describe_caller(struct caller *who, enum caller_need when)
{
	describe(who, when, OF_THREAD);
}

static __always_inline bool begin_caller(struct caller *who, enum whose whose, __u64 id)
{
	__builtin_memset(who, 0, sizeof(*who));
	count_outcome(OUTCOME_HITS);
	if (!is_target(id >> 32, whose)) {
		count_outcome(OUTCOME_NOT_TARGET);
		return false;
	}
	who->pid = id >> 32;
	who->tid = whose == OF_THREAD ? (__u32)id : id >> 32;
	describe(who, CALLER_EARLY, whose);
	return true;
}

/*
 * Says whether the current task is traced, and begins to describe it: `emit` reads the rest once
 * the event has passed the filter. Counts the hit, once per event.
 */
static __always_inline bool current_caller(struct caller *who)
{
	return begin_caller(who, OF_THREAD, current_id());
}

/* The same where the program has the current task at hand. */
static __always_inline bool caller_is(struct caller *who, struct task_struct *task)
{
	return begin_caller(who, OF_THREAD, id_of(task));
}

/*
 * The same for an event that concerns another process as well: one of the two being traced suffices, where
 * processes are chosen by pid.
 */
static __always_inline bool caller_or_process(struct caller *who, __u32 other)
{
	__u64 id = current_id();

	if (!targeting.by_pid || !bpf_map_lookup_elem(&targets, &other))
		return current_caller(who);
	__builtin_memset(who, 0, sizeof(*who));
	count_outcome(OUTCOME_HITS);
	who->pid = id >> 32;
	who->tid = (__u32)id;
	describe(who, CALLER_EARLY, OF_THREAD);
	return true;
}

/* Is it traced, what only begins here? Who is not is a hit now; who is becomes one when it ends. */
static __always_inline bool span_of_begins(__u32 pid)
{
	if (is_target(pid, OF_THREAD))
		return true;
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_NOT_TARGET);
	return false;
}

static __always_inline bool span_begins(void)
{
	return span_of_begins(current_id() >> 32);
}

/* The current thread, whole, be it traced or not. */
static __always_inline void whole_caller(struct caller *who)
{
	__u64 id = current_id();

	__builtin_memset(who, 0, sizeof(*who));
	who->pid = id >> 32;
	who->tid = (__u32)id;
	describe(who, CALLER_EARLY, OF_THREAD);
	describe(who, CALLER_LATE, OF_THREAD);
}

/* Begins a span, with the caller: for what may end on another task (bpf/state.bpf.h). */
static __always_inline bool caller_to_remember(struct caller *who)
{
	if (!span_begins())
		return false;
	whole_caller(who);
	return true;
}

/*
 * The current process, under its own name and not the thread's, whole: for emit_plain. Whether it is traced was
 * asked before, with is_target(): of a process that ends, another thread may take it out of the targets.
 */
static __always_inline bool current_process(struct caller *who, bool traced)
{
	__builtin_memset(who, 0, sizeof(*who));
	count_outcome(OUTCOME_HITS);
	if (!traced) {
		count_outcome(OUTCOME_NOT_TARGET);
		return false;
	}
	who->pid = who->tid = current_id() >> 32;
	describe(who, CALLER_EARLY, OF_PROCESS);
	describe(who, CALLER_LATE, OF_PROCESS);
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// fork: every new process, and who made it.
//
// sched_process_fork fires in the parent, when the child is complete and has not run yet: nothing
// that the child does comes before its event. wake_up_new_task is called next.
//
// Cost:  under a microsecond per new process; threads cost as little and are not shown.
// Blind: clone and vfork are not told apart from fork.
#include "tracer.bpf.h"

LIFECYCLE_EVENT(fork, "a new process, or a new thread with --threads") {
	struct caller who;
	process_id_t  child         DOC("the new process");
	process_id_t  child_tid     DETAIL DOC("its first thread; differs from child for a new thread");
	process_id_t  child_ns_pid  DETAIL BESIDE(child) DOC("the new process, as its own pid namespace numbers it");
	namespace_t   child_pid_ns  DETAIL DOC("inode of its pid namespace");
	instant_t     child_started DETAIL DOC("its start; tells reused pids apart");
};

KNOB(bool, threads, false, "also new threads");

static __always_inline int made(void *ctx, struct task_struct *child)
{
	struct task_struct *leader = BPF_CORE_READ(child, group_leader);
	struct fork e = {
		.child = BPF_CORE_READ(child, tgid),
		.child_tid = BPF_CORE_READ(child, pid),
	};

	if (!threads && e.child != e.child_tid)
		return 0;
	if (!current_caller(&e.who))
		return 0;
	if (wants(fork, child_ns_pid) || wants(fork, child_pid_ns))
		own_namespace(leader, e.child, &e.child_ns_pid, &e.child_pid_ns);
	e.child_started = BPF_CORE_READ(leader, start_boottime);
	return emit(ctx, &e);
}

SEC("tp_btf/sched_process_fork") SERVES("new processes")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	return made(ctx, child);
}

SEC("kprobe/wake_up_new_task") SERVES("new processes")
int BPF_KPROBE(on_fork_k, struct task_struct *child)
{
	return made(ctx, child);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// runq: how long threads that could run had to wait for a CPU, and whom they waited for.
//
// A wait begins when a thread is put into a CPU's queue (sched_wakeup, sched_wakeup_new), or is
// taken from its CPU while it could go on (sched_switch); it ends when sched_switch lets it run.
//
// Cost:  about 0.5 us per wait when aggregated.
// Blind: what waited when the run began. With --cgroup, the first wait of a thread that had been
//        asleep since before.
#include "tracer.bpf.h"
#include "state.bpf.h"
#include "stints.bpf.h"
#include "task.bpf.h"

enum runq_cause {
	RUNQ_WOKEN,
	RUNQ_STARTED,
	RUNQ_PREEMPTED,
};

EVENT(runq, "a wait for a CPU",
      VIEW("who.comm,cause", "count,sum(latency),p50(latency),p99(latency),max(latency)")) {
	struct caller who     DETAIL_PART(user) DOC("who waited");
	enum runq_cause cause KEY DOC("why it waited: woken, started, preempted (or it yielded)");
	__u8 unused[4];
	ns_t latency          DOC("how long it waited");
	struct thread instead DOC("who had the CPU that it got for most of the wait; none: mostly idle");
};

struct wait {
	__u64 began; /* 0: it does not wait */
	enum runq_cause cause;
	__u32 in_cgroup; /* a traced one, when it last left a CPU */
};

/* Made when a thread first waits, ended when it runs, gone with the thread. */
THREAD_STATE(waits, struct wait, "threads that wait for a CPU");

static __always_inline void begins(struct task_struct *task, struct wait *wait,
				   enum runq_cause cause, __u64 at)
{
	if (!wait)
		wait = new_thread_state(waits, task);
	if (wait) {
		wait->began = at;
		wait->cause = cause;
	}
}

/* Whoever leaves the CPU is the current task still: the moment to ask for its control group. */
static __always_inline void leaves(struct task_struct *task, __u32 state, __u64 at)
{
	const bool inside = targeting.cgroups && in_target_cgroup();
	struct wait *wait = NULL;

	if (!task->pid || state & TASK_DEAD)
		return;
	if (targeting.cgroups)
		wait = inside ? new_thread_state(waits, task) : thread_state(waits, task);
	if (wait)
		wait->in_cgroup = inside;
	if (!state && span_of_begins(task_member(task, tgid)))
		begins(task, wait, RUNQ_PREEMPTED, at);
}

static __always_inline int runs(void *ctx, struct task_struct *task, __u64 at)
{
	struct wait *wait = task->pid ? thread_state(waits, task) : NULL;
	struct runq e = {};

	if (!wait || !wait->began)
		return 0;
	e.cause = wait->cause;
	e.latency = at - wait->began;
	if (wants_any(runq, instead))
		longest_stint_since(wait->began, &e.instead);
	wait->began = 0;
	forget_thread_state(waits, task);
	describe_task(&e.who, task);
	return emit_span(ctx, &e);
}

SEC("tp_btf/sched_switch") SERVES("waits")
int on_switch(__u64 *ctx)
{
	__u64 at = now();

	if (wants_any(runq, instead))
		end_stint((void *)ctx[1], at);
	leaves((void *)ctx[1], state_left_in(ctx), at);
	return runs(ctx, (void *)ctx[2], at);
}

/* One that runs, or waits already, is woken all the same where it was about to sleep. */
SEC("tp_btf/sched_wakeup") SERVES("waits after a wake-up")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct wait *wait = thread_state(waits, task);

	if (task->on_cpu || (wait && wait->began))
		return 0;
	if (span_of_task_begins(task, wait && wait->in_cgroup))
		begins(task, wait, RUNQ_WOKEN, now());
	return 0;
}

/* The current task is the parent, whose control group the child is in. */
SEC("tp_btf/sched_wakeup_new") SERVES("first waits")
int BPF_PROG(on_start, struct task_struct *task)
{
	if (span_of_task_begins(task, targeting.cgroups && in_target_cgroup()))
		begins(task, NULL, RUNQ_STARTED, now());
	return 0;
}

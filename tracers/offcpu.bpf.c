// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// offcpu: where threads spend the time in which they do not run, and who let them run again.
//
// sched_switch fires when one thread leaves a CPU and another comes. A stay begins when its thread
// leaves, while that still is the current one and can be asked whether it is traced, and ends when
// it comes back. sched_waking fires in whoever wakes it.
//
// Cost:  about 0.4 us per switch when aggregated. Who woke it costs where it is asked for.
// Blind: stays that began before the run. Wakers across the network, loopback too: what they send
//        arrives in an interrupt.
#include "tracer.bpf.h"
#include "context.bpf.h"
#include "registers.bpf.h"
#include "state.bpf.h"
#include "task.bpf.h"

EVENT(offcpu, "a stay off the CPU") {
	struct caller who DETAIL_PART(user);
	enum thread_state state KEY DOC("runnable: preempted, or it yielded; idle: uninterruptible, but no load");
	syscall_t syscall    KEY DOC("the system call it was in, if in one");
	ns_t latency         DOC("how long it was off the CPU");
	ns_t runq            DETAIL ZERO_IS_UNKNOWN DOC("the last part of it, when woken: it waited for a CPU");
	struct thread waker  DOC("who woke it; none where an interrupt did, or nobody had to");
};

struct stay {
	__u64 began; /* 0: it runs */
	__u64 woken;
	enum thread_state state;
	syscall_t syscall;
	struct thread waker;
};

/* Made when a thread first leaves the CPU, ended when it comes back, gone with the thread. */
THREAD_STATE(stays, struct stay, "threads off the CPU");

static __always_inline void leaves(struct task_struct *task, __u32 state, __u64 at)
{
	struct stay *stay;

	if (!task->pid || state & TASK_DEAD || !span_of_begins(task_member(task, tgid)))
		return;
	stay = new_thread_state(stays, task);
	if (!stay)
		return;
	*stay = (struct stay){
		.began = at,
		.state = state_of(state),
		.syscall = wants(offcpu, syscall) ? current_syscall() : SYSCALL_NONE,
	};
}

static __always_inline int returns(void *ctx, struct task_struct *task, __u64 at)
{
	struct stay *stay = task->pid ? thread_state(stays, task) : NULL;
	struct offcpu e = {};

	if (!stay || !stay->began)
		return 0;
	e.state = stay->state;
	e.syscall = stay->syscall;
	e.latency = at - stay->began;
	e.runq = stay->woken ? at - stay->woken : 0;
	e.waker = stay->waker;
	stay->began = 0;
	forget_thread_state(stays, task);
	describe_task(&e.who, task);
	return emit_span(ctx, &e);
}

SEC("tp_btf/sched_switch") SERVES("stays")
int on_switch(__u64 *ctx)
{
	__u64 at = now();

	leaves((void *)ctx[1], state_left_in(ctx), at);
	return returns(ctx, (void *)ctx[2], at);
}

SEC("tp_btf/sched_waking") SERVES("who woke it")
int BPF_PROG(on_waking, struct task_struct *task)
{
	struct stay *stay;

	if (!wants(offcpu, runq) && !wants_any(offcpu, waker))
		return 0;
	stay = thread_state(stays, task);
	if (!stay || !stay->began)
		return 0;
	stay->woken = now();
	if (!in_interrupt(ctx))
		current_thread(&stay->waker);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// offcpu: where threads spend the time in which they do not run, and who let them run again.
//
// sched_switch fires when one thread leaves a CPU and another comes. A stay begins when its thread
// leaves, while that still is the current one and can be asked whether it is traced, and ends when
// it comes back. sched_waking fires in whoever wakes it. Stacks are taken at the end of the switch,
// where the thread that comes back is the current one, and how long it was away is known.
//
// Cost:  about 0.4 us per switch when aggregated. Who woke it costs where it is asked for. A stack
//        costs 3 to 30 us, by its depth; stays shorter than --stacks-from have none.
// Blind: stays that began before the run. Wakers across the network, loopback too: what they send
//        arrives in an interrupt.
#include "tracer.bpf.h"
#include "back.bpf.h"
#include "context.bpf.h"
#include "interrupt_stack.bpf.h"
#include "registers.bpf.h"
#include "task.bpf.h"

EVENT(offcpu, "a stay off the CPU", VIEW("who.comm,stack", "sum(latency),max(latency)")) {
	struct caller who DETAIL_PART(user);
	enum thread_state state KEY DOC("runnable: preempted, or it yielded; idle: uninterruptible, but no load");
	syscall_t syscall    KEY DOC("the system call it was in, if in one");
	ns_t latency         DOC("how long it was off the CPU");
	ns_t runq            DETAIL ZERO_IS_UNKNOWN DOC("the last part of it, when woken: it waited for a CPU");
	struct thread waker  DOC("who woke it; none where an interrupt did, or nobody had to");
	stack_id_t waker_stack ON_REQUEST_OF(waker, "woken by") DOC("the functions that led to that");
};

KNOB(ns_t, stacks_from, 100000, "take stacks of stays that last so long, and of their wakers; 0: of all");
COMES_BACK(offcpu);

struct stay {
	__u64 began; /* 0: it runs */
	__u64 woken;
	enum thread_state state;
	syscall_t syscall;
	struct thread waker;
	__u64 waker_stack;
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
	e.waker_stack = stay->waker_stack;
	stay->began = 0;
	forget_thread_state(stays, task);
	describe_task(&e.who, task);
	return when_back(ctx, offcpu, &e);
}

SEC(SWITCH_END) SERVES("stacks of stays") IF(looks_back)
int on_back(void *ctx)
{
	return is_back(ctx, offcpu, latency >= stacks_from);
}

SEC(SWITCH_END_BEFORE) SERVES("stacks of stays") IF(looks_back) INSTEAD_OF(SWITCH_END)
int on_back_before(void *ctx)
{
	return is_back(ctx, offcpu, latency >= stacks_from);
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
	bool interrupt;

	if (!wants(offcpu, runq) && !wants_any(offcpu, waker) && !wants(offcpu, waker_stack))
		return 0;
	stay = thread_state(stays, task);
	if (!stay || !stay->began)
		return 0;
	stay->woken = now();
	interrupt = in_interrupt(ctx);
	if (!interrupt)
		current_thread(&stay->waker);
	if (wants(offcpu, waker_stack))
		stay->waker_stack = stay->woken - stay->began < stacks_from ? NO_STACK_SHORT :
				    interrupt ? take_interrupt_stack() : take_stack();
	return 0;
}

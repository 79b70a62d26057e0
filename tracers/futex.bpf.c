// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// futex: who waits for which user-space lock, how long, and who let them go on.
//
// Every lock of a program that has to wait ends in the system call futex: mutexes, and also
// condition variables, joins and idle workers, which wait the same way. The function of that call
// is watched, so that no other call pays; where the kernel lets nobody do that, all system calls
// are, and these picked out. sched_waking fires in the thread that wakes.
//
// Cost:  under a microsecond per wait that enters the kernel. Without fentry and kprobes also some
//        100 ns for every system call of the machine.
// Blind: locks that are free, and waits that spin: they never enter the kernel. futex_waitv (Wine),
//        futex_wait, 32-bit programs. What a stopped thread waits on after it was continued.
#include "tracer.bpf.h"
#include "futex.bpf.h"
#include "state.bpf.h"
#include "task.bpf.h"

EVENT(futex, "a wait for a lock of a program",
      VIEW("who.comm,address", "count,sum(latency),p50(latency),p99(latency),max(latency)")) {
	struct caller who DETAIL_PART(user);
	pointer_t address       KEY DOC("the lock, as the process addresses it");
	enum futex_operation operation KEY DETAIL DOC("how it waits; lock_pi: the kernel hands it over");
	errno_t error           KEY DOC("0: woken; ETIMEDOUT; EAGAIN: it had changed already; EINTR: a signal");
	ns_t latency            DOC("how long it waited");
	struct thread waker     DOC("who woke it");
};

struct wait {
	__u64 began; /* 0: none under way */
	struct thread waker;
};

/* Made when a thread first waits, ended when the call returns, as each does; gone with the thread. */
THREAD_STATE(waits, struct wait, "waits under way");

static __always_inline int begins(void)
{
	enum futex_operation operation = operation_of(caller_registers());
	struct task_struct *task = current_task();
	struct wait *wait;

	if (!is_wait(operation))
		return 0;
	if (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT || !span_begins())
		return 0;
	wait = new_thread_state(waits, task);
	if (wait)
		*wait = (struct wait){ .began = now() };
	return 0;
}

static __always_inline int returns(void *ctx, int result)
{
	struct task_struct *task = current_task();
	struct wait *wait = thread_state(waits, task);
	struct pt_regs *regs = caller_registers();
	struct futex e = { .error = error_of(result) };

	if (!wait || !wait->began)
		return 0;
	e.latency = now() - wait->began;
	if (!e.error)
		e.waker = wait->waker;
	wait->began = 0;
	forget_thread_state(waits, task);
	if (!current_caller(&e.who))
		return 0;
	e.address = BPF_CORE_READ(regs, di);
	e.operation = operation_of(regs);
	return emit(ctx, &e);
}

/* The last to wake it is the one that ended the wait. */
SEC("tp_btf/sched_waking") SERVES("who woke it")
int BPF_PROG(on_waking, struct task_struct *task)
{
	struct wait *wait;

	if (!wants_any(futex, waker))
		return 0;
	wait = thread_state(waits, task);
	if (wait && wait->began)
		current_thread(&wait->waker);
	return 0;
}

#define ON(name, section, purpose, action)                                                         \
	SEC(section) SERVES(purpose) int name(void *ctx)                                           \
	{                                                                                          \
		return action;                                                                     \
	}
ON(on_futex, "fentry/__x64_sys_futex", "waits", begins())
ON(on_futex_k, "kprobe/__x64_sys_futex", "waits", begins())
ON(on_futex_r, "raw_tp/sys_enter", "waits", ((__s64 *)ctx)[1] == FUTEX_CALL ? begins() : 0)
ON(on_return, "fexit/__x64_sys_futex", "their outcome", returns(ctx, ((__s64 *)ctx)[1]))
ON(on_return_k, "kretprobe/__x64_sys_futex", "their outcome", returns(ctx, probe_result(ctx)))
ON(on_return_r, "raw_tp/sys_exit", "their outcome", returns(ctx, ((__s64 *)ctx)[1]))

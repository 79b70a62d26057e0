// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// syscall: which system calls are made, by whom, how long they take and how they fail.
//
// sys_enter and sys_exit see every call of every table. What is asked for decides what is loaded: who only
// counts calls pays for the first alone. A call that returns is an event when it returns, one that does not
// (exit_group) when it begins.
//
// Cost:  counting adds about 0.1 microseconds to each call of the machine, latencies 0.3.
// Blind: what io_uring does; paths of 32-bit programs. A path is read when the call returns: another thread
//        may have changed it.
#include "tracer.bpf.h"
#include "registers.bpf.h"
#include "tail.bpf.h"
#include "state.bpf.h"
#include "syscall.bpf.h"

typedef __s32 call_number_t TAG("format:id");
typedef __s64 result_t TAG("unit:count");

EVENT(syscall, "a system call",
      VIEW("name", "sum(latency),count,p50(latency),p99(latency),sum(failed)")) {
	struct caller who;
	syscall_t name        KEY DOC("the call; those of 32-bit programs begin with i386:; its number where it has no name");
	call_number_t number  DETAIL DOC("its number in its table");
	errno_t error         KEY DOC("why it failed; ERESTARTSYS and its kin: a signal interrupted it; 0: it did not");
	bool failed           DETAIL DOC("it returned an error");
	__u8 unused[3];
	result_t result       DETAIL DOC("what it returned");
	struct arguments args DETAIL DOC("the six arguments, as numbers");
	ns_t latency          ZERO_IS_UNKNOWN DOC("how long it took; nothing where it does not return");
	text_t path           KEY PRIVACY(path) DOC("its first path, as it was passed");
};

/* What it takes a return to know; and what it takes the arguments to know. */
WANTED(outcome, "error,failed,result,latency,path");
WANTED(passed, "args,path");

struct call {
	__u64 began; /* 0: none under way */
	syscall_t name;
	__u32 unused;
	struct arguments args;
};

/* Filled when a call begins, emptied when it returns. Without memory for it: lost_state_full. */
THREAD_STATE(calls, struct call, "calls under way");

static __always_inline void read_arguments(struct arguments *args, struct pt_regs *regs, bool is_32)
{
	if (!passed)
		return;
	if (is_32)
		*args = (struct arguments){ (__u32)regs->bx, (__u32)regs->cx, (__u32)regs->dx,
					    (__u32)regs->si, (__u32)regs->di, (__u32)regs->bp };
	else
		*args = (struct arguments){ regs->di, regs->si, regs->dx, regs->r10, regs->r8, regs->r9 };
}

static __always_inline int begins(struct pt_regs *regs, struct task_struct *task, syscall_t name)
{
	struct call *call = span_of_begins(task_member(task, tgid)) ? new_thread_state(calls, task) : NULL;

	if (!call)
		return 0;
	call->name = name;
	read_arguments(&call->args, regs, is_i386(name));
	call->began = now();
	return 0;
}

static __always_inline int emit_call(void *ctx, struct syscall *e)
{
	struct tail *tail;
	__u64 path;

	e->number = number_in_table(e->name);
	if (!wants(syscall, path))
		return emit(ctx, e);
	tail = open_tail(e);
	if (!tail)
		return 0;
	path = first_path(e->name, &e->args, e->error);
	if (path)
		e->path = user_text(tail, path);
	return emit_tail(ctx, e, tail);
}

SEC("tp_btf/sys_enter") SERVES("system calls")
int BPF_PROG(on_enter, struct pt_regs *regs, long number)
{
	struct task_struct *task = outcome ? current_task() : current_view();
	struct syscall e = { .name = syscall_of(task, number) };

	if (outcome && !never_returns(e.name))
		return begins(regs, task, e.name);
	if (!caller_is(&e.who, task))
		return 0;
	read_arguments(&e.args, regs, is_i386(e.name));
	return emit_call(ctx, &e);
}

SEC("tp_btf/sys_exit") SERVES("their outcome") IF(outcome)
int BPF_PROG(on_exit, struct pt_regs *regs, long result)
{
	struct task_struct *task = current_task();
	struct call *call = thread_state(calls, task);
	struct syscall e = { .result = result, .failed = is_error(result) };

	if (!call || !call->began)
		return 0;
	e.name = call->name;
	e.args = call->args;
	e.latency = now() - call->began;
	call->began = 0;
	forget_thread_state(calls, task);
	if (!caller_is(&e.who, task))
		return 0;
	e.error = e.failed ? -result : 0;
	return emit_call(ctx, &e);
}

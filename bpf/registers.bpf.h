/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a thread brought along into the kernel. */
#pragma once
#include "current.bpf.h"
#include "schema.bpf.h"
#include <bpf/bpf_tracing.h>

#define NO_NUMBER (-1) /* of a system call: in none */

/*
 * The caller's registers while it is in a system call. Kernels before 5.15 have no helper for it;
 * there they lie at the very top of the kernel stack of 16 KiB, which only later kernels pad.
 */
static __always_inline struct pt_regs *caller_registers(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return BPF_CORE_READ(task, stack) + 16384 - bpf_core_type_size(struct pt_regs);
}

/* Of a thread that never left the kernel the saved registers are no user's: it is in no call. */
static __always_inline bool came_from_user(struct pt_regs *regs)
{
	return (BPF_CORE_READ(regs, cs) & 3) == 3;
}

/* The number of the call that the current thread is in; none: it came by an interrupt or a fault. */
static __always_inline long number_of(struct pt_regs *regs)
{
	return came_from_user(regs) ? (long)BPF_CORE_READ(regs, orig_ax) : NO_NUMBER;
}

/* What was passed to the system call as its argument 1 to 6 (arch/x86/entry/entry_64.S); else 0. */
static __always_inline __u64 argument(struct pt_regs *regs, __u32 number)
{
	switch (number) {
	case 1:
		return BPF_CORE_READ(regs, di);
	case 2:
		return BPF_CORE_READ(regs, si);
	case 3:
		return BPF_CORE_READ(regs, dx);
	case 4:
		return BPF_CORE_READ(regs, r10);
	case 5:
		return BPF_CORE_READ(regs, r8);
	case 6:
		return BPF_CORE_READ(regs, r9);
	default:
		return 0;
	}
}

/* The system call of this task was made by a 32-bit program: its numbers and arguments are others. */
static __always_inline bool task_is_compat(struct task_struct *task)
{
	return task_member(task, thread_info.status) & TS_COMPAT;
}

static __always_inline bool is_compat(void)
{
	return task_is_compat(current_view());
}

/* The call of this task that has this number, in its table. */
static __always_inline syscall_t syscall_of(struct task_struct *task, long number)
{
	if ((__s32)number < 0)
		return (__s32)number == -1 ? SYSCALL_MINUS_ONE : (__u32)number | SYSCALL_MINUS_ONE;
	return task_is_compat(task) ? (__u32)number | SYSCALL_I386 : (__u32)number;
}

static __always_inline syscall_t current_syscall(void)
{
	long number = number_of(caller_registers());

	return number == NO_NUMBER ? SYSCALL_NONE : syscall_of(current_view(), number);
}

/* The result of the system call, from a sys_exit_* tracepoint's record. */
static __always_inline long returned(const void *ctx)
{
	return ((const struct trace_event_raw_sys_exit *)ctx)->ret;
}

/* The same, where a kretprobe found it. */
static __always_inline long probe_result(void *ctx)
{
	return PT_REGS_RC((struct pt_regs *)ctx);
}

static __always_inline bool is_error(long result)
{
	return result < 0 && result >= -MAX_ERRNO;
}

/* Why a system call failed, as programs know it, or 0. */
static __always_inline errno_t error_of(long result)
{
	if (!is_error(result))
		return 0;
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK ? EINTR : -result;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a thread brought along into the kernel. */
#pragma once
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

/* The call of the current task that has this number, in its table. */
static __always_inline syscall_t syscall_of(long number)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	bool is_32 = BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;

	return is_32 ? (__u32)number | SYSCALL_I386 : (__u32)number;
}

static __always_inline syscall_t current_syscall(void)
{
	long number = number_of(caller_registers());

	return number == NO_NUMBER ? SYSCALL_NONE : syscall_of(number);
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

/* What interrupts a call makes it return ERESTARTSYS and its kin, which no program sees. */
static __always_inline errno_t error_of(int result)
{
	return result >= 0 ? 0 : result <= -ERESTARTSYS ? EINTR : -result;
}

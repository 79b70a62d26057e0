/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a thread brought along into the kernel. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_tracing.h>

/* A system call by its number; NO_SYSCALL: in none. */
typedef __s32 syscall_t TAG("format:id");
#define NO_SYSCALL (-1)

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

/* The system call that the current thread is in; none: it came in by an interrupt or a fault. */
static __always_inline long call_of(struct pt_regs *regs)
{
	return came_from_user(regs) ? (long)BPF_CORE_READ(regs, orig_ax) : NO_SYSCALL;
}

/* The same as 64-bit programs number it: those of 32-bit programs have other numbers. */
static __always_inline syscall_t current_syscall(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT)
		return NO_SYSCALL;
	return call_of(caller_registers());
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

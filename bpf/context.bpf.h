/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* On whose behalf the CPU runs: the current task's, or an interrupt's, which merely met it. */
#pragma once
#include "registers.bpf.h"

#define STACK_BYTES 16384 /* THREAD_SIZE, arch/x86/include/asm/page_64_types.h */

/*
 * Of a tp_btf program, whose arguments lie on the stack of what hit the tracepoint (bpf_trace_run,
 * kernel/trace/bpf_trace.c). In the kernel, interrupts and softirqs use stacks of their own; one
 * that comes upon a thread in user mode begins on the thread's (arch/x86/include/asm/irq_stack.h),
 * as does a fault of it, which is taken for one. The kernel's own count of interrupts is no symbol
 * that every kernel lets programs find.
 */
static __always_inline bool in_interrupt(const void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pt_regs *regs = caller_registers();
	__u64 at = 0;

	/* a number, of which the verifier does not know that it points to something */
	bpf_probe_read_kernel(&at, sizeof(at), &ctx);
	if (at - (__u64)BPF_CORE_READ(task, stack) >= STACK_BYTES)
		return true;
	return came_from_user(regs) && number_of(regs) == NO_NUMBER;
}

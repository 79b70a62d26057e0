/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of the kernel's functions that are under way, for bpf/kernel_probe.bpf.c. */
#pragma once
#include "context.bpf.h"
#include "frames.bpf.h"

static __always_inline bool is_on_own_stack(__u64 address)
{
	struct task_struct *task = current_task();

	return address - (__u64)BPF_CORE_READ(task, stack) < STACK_BYTES;
}

/*
 * An interrupt has a stack of its own, and its calls lie upon those of the thread that it met: they are over when the thread
 * goes on, and the thread's are not while they last. A function that ends by jumping to another one leaves its frame
 * at the very place of that one's.
 */
static __always_inline bool is_over(const struct frame *frame, const struct frames_walk *walk)
{
	bool goes_on = is_on_own_stack(walk->stack);

	if (is_on_own_stack(frame->head.stack) != goes_on)
		return goes_on;
	if (frame->head.stack != walk->stack)
		return frame->head.stack < walk->stack;
	return (frame->event.function == walk->function) != walk->returning;
}

/* The kernel remembers the returns of so many calls of a function at a time, and had no room for these. */
static __always_inline void count_over(__u32 dropped)
{
	struct account *account = own_account();

	if (!dropped || !account)
		return;
	add_here(&account->of[OUTCOME_HITS], dropped);
	add_here(&account->of[OUTCOME_LOST_STATE_FULL], dropped);
}

/* That shows only later. */
static __always_inline bool has_return(struct task_struct *task)
{
	return true;
}

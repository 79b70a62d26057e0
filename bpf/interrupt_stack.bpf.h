/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stack of an interrupt, as a number like others: of the kernel alone, up to where the interrupt came in. What it came
 * upon has no part in it, and would make a stack of its own of each.
 */
#pragma once
#include "stack.bpf.h"

#ifdef TAKES_STACKS
/* Where the kernel is entered, .entry.text of its linker script. Written before the load; zeros: not known. */
struct kernel_entry {
	__u64 begin, end;
};
const volatile struct kernel_entry kernel_entry = {};

static STEP(find_entry, struct stack_record **of)
{
	struct stack_record *record = *of;
	__u64 frame = record->frames[at & (STACK_ROOM - 1)];

	if (at >= record->head.kernel_frames)
		return STEP_DONE;
	if (frame - kernel_entry.begin >= kernel_entry.end - kernel_entry.begin)
		return STEP_ON;
	record->head.kernel_frames = at + 1;
	return STEP_DONE;
}

__noinline ONLY_WITH("plan.stack_parts") __u64 take_interrupt_stack(void)
{
	struct stack_scratch *scratch;
	struct stack_record *record;
	__u64 id;

	if (!(plan.stack_parts & STACK_KERNEL) || !kernel_entry.begin)
		return NO_STACK_INTERRUPT;
	scratch = claim_scratch();
	if (!scratch) {
		lose_stack(true);
		return NO_STACK;
	}
	record = &scratch->record;
	take_kernel_frames(scratch, NULL);
	record->head.end = STACK_INTERRUPT;
	repeat(UNWIND_KERNEL_FRAMES, find_entry, &record);
	id = send_stack(scratch);
	__sync_fetch_and_add(&scratch->unwinding.users, -1);
	return id;
}
#else
#define take_interrupt_stack() ((__u64)NO_STACK_INTERRUPT)
#endif

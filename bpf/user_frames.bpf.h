/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls of user functions that are under way, for bpf/probe.bpf.c.
 *
 * The kernel keeps at most 64 returns of a thread in mind (MAX_URETPROBE_DEPTH, include/linux/uprobes.h), those of
 * all probes together; of deeper calls the end is not seen, so they are lost when they begin.
 */
#pragma once
#include "frames.bpf.h"
#include "kernel_user.bpf.h"

/* Where the kernel sends functions back to that a uretprobe is on; one per process (kernel/events/uprobes.c). */
static __always_inline __u64 trampoline(void)
{
	struct mm_struct___probed *mm = (void *)BPF_CORE_READ(current_task(), mm);

	return BPF_CORE_READ(mm, uprobes_state.xol_area, vaddr);
}

/*
 * At the place of a function that is entered stands another one's frame, or that of a function which ended by jumping to
 * this one: then its return address is still the trampoline.
 */
static __always_inline bool is_over(const struct frame *frame, const struct frames_walk *walk)
{
	__u64 back = 0;

	if (frame->head.stack != walk->stack)
		return frame->head.stack < walk->stack;
	if (walk->returning)
		return frame->event.function != walk->function;
	return bpf_probe_read_user(&back, sizeof(back), (void *)walk->stack) || back != trampoline();
}

/* They have left by longjmp or an exception. */
static __always_inline void count_over(__u32 dropped)
{
}

static __always_inline bool has_return(struct task_struct *task)
{
	struct task_struct___probed *probed = (void *)task;

	return BPF_CORE_READ(probed, utask, depth) < MOST_FRAMES;
}

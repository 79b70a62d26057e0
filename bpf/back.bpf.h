/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stack of a thread that comes back to a CPU.
 *
 * In sched_switch it cannot be taken: the current task still is the one that leaves, and its memory is what is mapped.
 * A moment later, at the end of the switch, the thread itself is current, wherever in the kernel it was, and whole. Preemption
 * is off from one to the other, so the event waits in memory of the CPU, where none comes between.
 *
 *	COMES_BACK(offcpu);
 *	...
 *	return when_back(ctx, offcpu, &e);	// in sched_switch: the event of the thread that comes
 *	...
 *	return is_back(ctx, offcpu, latency >= least);	// at the end of the switch; which events have a stack
 *
 * Programs for the latter stand before that of sched_switch: what is attached first is detached last.
 */
#pragma once
#include "state.bpf.h"

/* The tracepoint is new in 6.16; before, each switch ends in a function, as the thread that comes. */
#define SWITCH_END	  "tp_btf/sched_exit_tp"
#define SWITCH_END_BEFORE "kprobe/finish_task_switch"

#ifdef TAKES_STACKS
#define COMES_BACK(name)                                                                           \
	WANTED(looks_back, "who.stack");                                                           \
	SERVED(can_look_back, "stacks of stays");                                                  \
	struct name##_coming {                                                                     \
		__u64 is;                                                                          \
		struct name event;                                                                 \
	};                                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                                           \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, struct name##_coming);                                               \
	} coming SEC(".maps") FOR_STACKS DOC("the event of the thread that comes to a CPU")

#define coming_here()                                                                              \
	({                                                                                         \
		__u32 zero_ = 0;                                                                   \
		bpf_map_lookup_elem(&coming, &zero_);                                              \
	})

#define when_back(ctx, name, e)                                                                    \
	({                                                                                         \
		struct name##_coming *coming_ =                                                    \
			looks_back && can_look_back ? coming_here() : NULL;                        \
		if (coming_) {                                                                     \
			lose_coming(coming_->is);                                                  \
			coming_->event = *(e);                                                     \
			coming_->is = 1;                                                           \
		} else {                                                                           \
			(e)->who.stack = looks_back ? NO_STACK_PLACE : NO_STACK;                   \
			emit_span(ctx, e);                                                         \
		}                                                                                  \
		0;                                                                                 \
	})

#define is_back(ctx, name, is_long)                                                                \
	({                                                                                         \
		struct name##_coming *coming_ = coming_here();                                     \
		struct name *back_ = &coming_->event;                                              \
		if (coming_ && coming_->is) {                                                      \
			coming_->is = 0;                                                           \
			emit_span_with(ctx, back_,                                                 \
				       back_->who.stack =                                          \
					       back_->is_long ? take_stack() : NO_STACK_SHORT);    \
		}                                                                                  \
		0;                                                                                 \
	})

/* The kernel did not run the program at the end of that switch. */
static __always_inline void lose_coming(__u64 is)
{
	if (!is)
		return;
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_SCRATCH_BUSY);
}
#else
#define COMES_BACK(name)	    WANTED(looks_back, "")
#define when_back(ctx, name, e)	    emit_span(ctx, e)
#define is_back(ctx, name, is_long) 0
#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which state of the interpreter is the current thread's: the one whose id is where the thread has its own memory
 * (pthread_self, the base of fs). So it is found whether or not the thread holds the interpreter's lock, and without
 * knowing how the C library keeps it.
 */
#pragma once
#include "stack_records.bpf.h"

/* Functions of Python are told no more; the frame of the loop itself is. */
static __always_inline int python_ends(struct unwinding *u, enum python_end why)
{
	u->python.end = why;
	u->next = UNWIND_NATIVE;
	return 0;
}

static __always_inline struct python_layout *layout_of(struct unwinding *u)
{
	__u32 place = u->python.layout - 1;

	return bpf_map_lookup_elem(&python_layouts, &place);
}

/*
 * 0 where it is not in memory, be it for a moment, as the kernel moves pages: that is kept in mind, and nothing is made of
 * such a number.
 */
static __always_inline __u64 user_number(struct unwinding *u, struct task_struct *whose, __u64 address)
{
	__u64 number = 0;

	if (read_memory(whose, &number, sizeof(number), address))
		u->python.unread = 1;
	return number;
}

static __always_inline __u64 interpreters_of(struct unwinding *u, struct task_struct *whose, struct python_layout *layout)
{
	return user_number(u, whose, layout->runtime - u->python.shift + layout->interpreters);
}

/* Whether it is this thread's, and where its frames begin then. */
static __always_inline bool is_own_state(struct unwinding *u, struct task_struct *whose, struct python_layout *layout)
{
	struct python_walk *walk = &u->python;

	if (user_number(u, whose, walk->thread + layout->thread_id) != walk->thread_id)
		return false;
	walk->frame = user_number(u, whose, walk->thread + layout->thread_frame);
	if (layout->frame_holder && walk->frame)
		walk->frame = user_number(u, whose, walk->frame + layout->frame_holder - 1);
	return walk->frame;
}

/* The next one, of whatever interpreter; false: there are no more. */
static __always_inline bool go_to_next_state(struct unwinding *u, struct task_struct *whose, struct python_layout *layout)
{
	struct python_walk *walk = &u->python;

	if (walk->thread) {
		walk->thread = user_number(u, whose, walk->thread + layout->next_thread);
		return true;
	}
	if (walk->interpreter)
		walk->interpreter = user_number(u, whose, walk->interpreter + layout->next_interpreter);
	else
		walk->interpreter = interpreters_of(u, whose, layout);
	if (!walk->interpreter)
		return false;
	walk->thread = user_number(u, whose, walk->interpreter + layout->threads);
	return true;
}

/* What was kept may be of a program that this thread ran before: then it is looked for anew. */
static __always_inline bool is_known_state(struct unwinding *u, struct task_struct *whose, struct python_layout *layout)
{
	__u32 tid = u->tid;
	struct python_thread *known = bpf_map_lookup_elem(&python_threads, &tid);

	if (!known || known->interpreter != interpreters_of(u, whose, layout))
		return false;
	u->python.interpreter = known->interpreter;
	u->python.thread = known->thread;
	if (is_own_state(u, whose, layout))
		return true;
	u->python.interpreter = u->python.thread = 0;
	u->python.unread = 0;
	return false;
}

/* One thread has a state of each interpreter that it runs: which comes first is known where there is one alone. */
static __always_inline void keep_state(struct unwinding *u, struct task_struct *whose, struct python_layout *layout)
{
	struct python_thread found = { u->python.interpreter, u->python.thread };
	__u32 tid = u->tid;

	if (found.interpreter == interpreters_of(u, whose, layout) &&
	    !user_number(u, whose, found.interpreter + layout->next_interpreter))
		bpf_map_update_elem(&python_threads, &tid, &found, BPF_ANY);
}

/* Looks at one state more: the one that is found is the next that runs functions, where a thread has several. */
static __noinline int find_python_thread(struct unwinding *u, struct task_struct *whose)
{
	struct python_layout *layout;

	layout = layout_of(u);
	if (!layout)
		return 0;
	u->next = UNWIND_FUNCTION;
	if (!u->python.interpreter && is_known_state(u, whose, layout))
		return 0;
	u->python.frame = 0;
	if (u->python.unread)
		return python_ends(u, PYTHON_UNREADABLE);
	if (!go_to_next_state(u, whose, layout))
		return python_ends(u, u->python.unread	   ? PYTHON_UNREADABLE :
				      u->python.has_frames ? PYTHON_NO_FRAME :
							     PYTHON_NO_THREAD);
	if (!u->python.thread || !is_own_state(u, whose, layout))
		u->next = UNWIND_THREAD;
	else
		keep_state(u, whose, layout);
	return 0;
}

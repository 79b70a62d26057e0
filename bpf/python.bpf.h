/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions of Python in a stack: at each frame of the interpreter's loop, those that this loop runs.
 */
#pragma once
#include "kernel_user.bpf.h"
#include "python_code.bpf.h"

static __always_inline __u32 position_in(struct unwinding *u, struct task_struct *whose, struct python_layout *layout,
					 __u64 frame, __u64 code)
{
	__u64 position = user_number(u, whose, frame + layout->position);

	if (layout->position_form == PYTHON_ADDRESS)
		position = (position - code - layout->instructions) >> 1;
	else
		position = (__u32)position;
	return position > STACK_MOST_POSITION ? 0 : position; /* before the first: it is about to begin */
}

static __always_inline bool is_entry(struct unwinding *u, struct task_struct *whose, struct python_layout *layout,
				     __u64 frame)
{
	return layout->entry_form == PYTHON_ONE_EACH ||
	       (layout->entry_form == PYTHON_ENTRY_FLAG && (__u8)user_number(u, whose, frame + layout->entry) == 1);
}

/* The frame of no function that is behind those of one loop. */
static __always_inline bool is_of_loop(struct unwinding *u, struct task_struct *whose, struct python_layout *layout,
				       __u64 frame)
{
	return layout->entry_form == PYTHON_ENTRY_FRAME &&
	       (__u8)user_number(u, whose, frame + layout->entry) >= PYTHON_OF_LOOP;
}

static __always_inline __u32 number_of_code(struct unwinding *u)
{
	struct python_code_key key;
	__u32 *known;

	key_of_code(u, &key);
	known = bpf_map_lookup_elem(&python_codes, &key);
	return known ? *known : 0;
}

static __always_inline void look_at_code(struct unwinding *u, struct task_struct *whose, struct python_layout *layout,
					 __u64 code)
{
	struct python_walk *walk = &u->python;

	walk->code = code;
	walk->first_line = user_number(u, whose, code + layout->first_line);
	walk->file = user_number(u, whose, code + layout->file);
	walk->name = user_number(u, whose, code + layout->name);
	walk->lines = user_number(u, whose, code + layout->lines);
	if (read_memory(whose, &walk->begin, sizeof(walk->begin), walk->lines + 16))
		walk->unread = 1;
}

/* Adds the next function of the thread. */
static __noinline int add_python_function(struct stack_scratch *scratch, struct task_struct *whose)
{
	struct python_layout *layout;
	struct unwinding *u;
	__u64 frame, code;
	__u32 number;

	u = &scratch->unwinding;
	layout = layout_of(u);
	frame = u->python.frame;
	u->next = UNWIND_THREAD;
	if (!layout || !frame)
		return 0;
	u->python.has_frames = 1;
	u->next = UNWIND_NATIVE;
	if (!is_of_loop(u, whose, layout, frame)) {
		code = user_number(u, whose, frame + layout->code) & ~3ULL;
		look_at_code(u, whose, layout, code);
		if (u->python.unread)
			return python_ends(u, PYTHON_UNREADABLE);
		number = number_of_code(u);
		u->next = UNWIND_CODE;
		if (!number)
			return 0;
		add_frame(scratch, 1ULL << STACK_PYTHON_FRAME | number |
					   (__u64)position_in(u, whose, layout, frame, code) << STACK_POSITION_SHIFT);
		u->next = is_entry(u, whose, layout, frame) ? UNWIND_NATIVE : UNWIND_FUNCTION;
	}
	u->python.frame = user_number(u, whose, frame + layout->previous);
	return u->python.unread ? python_ends(u, PYTHON_UNREADABLE) : 0;
}

static __always_inline void begin_python(struct unwinding *u, struct task_struct *whose)
{
	struct task_struct___probed *task = (void *)thread_meant(whose);
	struct python_walk *walk = &u->python;

	walk->layout = KNOWN(u)->file.python;
	walk->shift = KNOWN(u)->shift;
	walk->interpreter = walk->thread = walk->frame = 0;
	walk->has_frames = walk->unread = 0;
	walk->thread_id = BPF_CORE_READ(task, thread.fsbase);
}

/* Is the frame one of the interpreter's loop? */
static __always_inline bool runs_python(struct unwinding *u, struct task_struct *whose)
{
	struct python_layout *layout;

	if (!KNOWN(u)->file.python || u->python.end)
		return false;
	if (u->python.layout != KNOWN(u)->file.python)
		begin_python(u, whose);
	layout = layout_of(u);
	return layout && (u->offset - layout->loop < layout->loop_size ||
			  u->offset - layout->cold < layout->cold_size);
}

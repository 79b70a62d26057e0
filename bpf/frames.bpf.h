/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that are under way, a stack for each thread: of user functions (bpf/user_frames.bpf.h) or the kernel's
 * (bpf/kernel_frames.bpf.h), which know when a call is over and whether its return will be seen.
 */
#pragma once
#include "probe_event.bpf.h"
#include "repeat.bpf.h"
#include "state.bpf.h"
#include "tail.bpf.h"

/* Stands in a frame where a record has its header. */
struct frame_head {
	__u64 stack; /* the stack pointer at the function's entry */
	__u32 used;   /* of the record, with this head */
	__u32 weight; /* calls that it stands for */
};

/*
 * Inserted at a call; removed at its return, when a later call or return of the thread shows that it has ended, and
 * with its thread. Full: the call is lost. User space sets the size of the value: a head, the event and its texts.
 */
struct frame_key {
	__u64 thread; /* the address of its task; ends.bpf.h has others */
	__u64 depth;
};
struct frame {
	struct frame_head head;
	struct probe event;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct frame_key);
	__type(value, struct frame);
} frames SEC(".maps") DOC("calls under way");

/* The size of that value, for the programs. */
const volatile __u32 frame_bytes = sizeof(struct frame);

struct depth {
	__u64 depth;
};
THREAD_STATE(depths, struct depth, "how many calls each thread is in");

_Static_assert(sizeof(struct frame_head) == sizeof(struct header), "a head takes the place of a header");

/* A call of `function` begins with the stack pointer `stack`, or ends that had. */
struct frames_walk {
	struct frame_key key; /* of the innermost frame, plus one */
	__u64 stack;
	__u32 function;
	__u32 returning;
	__u32 all; /* the thread ends */
	__u32 dropped;
};

/* Has the call of this frame ended, whose return was not seen, now that another one begins or ends? */
static __always_inline bool is_over(const struct frame *frame, const struct frames_walk *walk);
/* So many had no return that was seen. */
static __always_inline void count_over(__u32 dropped);
/* Whether the kernel will take note of the return, which it does behind the programs at the call. */
static __always_inline bool has_return(struct task_struct *task);

static STEP(drop_frame, struct frames_walk *walk)
{
	struct frame_key key = {walk->key.thread, walk->key.depth - 1};
	struct frame *frame;

	if (!walk->key.depth)
		return STEP_DONE;
	frame = bpf_map_lookup_elem(&frames, &key);
	if (frame && !walk->all && !is_over(frame, walk))
		return STEP_DONE;
	walk->dropped++;
	bpf_map_delete_elem(&frames, &key);
	walk->key.depth = key.depth;
	return STEP_ON;
}

static __always_inline void count_lost_span(void)
{
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_STATE_FULL);
}

/*
 * The event in this frame, with `used` bytes of its record, waits for its return. It stands for `weight` calls.
 */
static __always_inline void push_frame(struct frame *frame, __u32 used, __u64 stack, __u32 weight)
{
	struct task_struct *task = current_task();
	struct depth *state = new_thread_state(depths, task);
	struct frames_walk walk = {
		.key.thread = (__u64)task, .stack = stack, .function = frame->event.function};

	if (!state)
		return;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = walk.key.depth;
	count_over(walk.dropped);
	frame->head.stack = stack;
	frame->head.used = used;
	frame->head.weight = weight;
	frame->event.latency = now();
	if (walk.key.depth >= MOST_FRAMES || !has_return(task) ||
	    bpf_map_update_elem(&frames, &walk.key, frame, BPF_ANY))
		count_lost_span();
	else
		state->depth = walk.key.depth + 1;
}

/* A call that is not looked at, and has its fate: its return must not find the frame of an earlier one. */
static __always_inline int pass_over(__u64 stack)
{
	struct task_struct *task = current_task();
	struct depth *state = thread_state(depths, task);
	struct frames_walk walk = {.key.thread = (__u64)task, .stack = stack};

	count_outcome(OUTCOME_HITS);
	if (!state || !state->depth)
		return 0;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = walk.key.depth;
	count_over(walk.dropped);
	return 0;
}

/*
 * The frame of the function that returns now, and its key, for close_frame; NULL: nobody saw it begin, or it is lost.
 * No other thread removes it.
 */
static __always_inline struct frame *returning_frame(__u64 stack, __u32 function, struct frame_key *key)
{
	struct task_struct *task = current_task();
	struct depth *state = thread_state(depths, task);
	struct frames_walk walk = {
		.key.thread = (__u64)task, .stack = stack, .function = function, .returning = 1};
	struct frame *frame;

	if (!state || !state->depth)
		return NULL;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = walk.key.depth;
	count_over(walk.dropped);
	if (!walk.key.depth)
		return NULL;
	walk.key.depth--;
	*key = walk.key;
	frame = bpf_map_lookup_elem(&frames, key);
	if (!frame || frame->head.stack != walk.stack)
		return NULL;
	state->depth = walk.key.depth;
	return frame;
}

/* For a call that begins: an empty event with its caller, in a tail; NULL: there is no memory, and that is counted. */
static __always_inline struct tail *claim_call(void)
{
	struct tail *tail = claim_tail_of_span(sizeof(struct probe));

	if (tail) {
		struct probe *e = event_in(tail);

		__builtin_memset(e, 0, sizeof(*e));
		whole_caller(&e->who);
	}
	return tail;
}

/* A copy of it, in a tail; NULL: there is no memory, and that is counted. */
static __always_inline struct tail *frame_in_tail(const struct frame *frame)
{
	struct tail *tail = claim_tail_of_span(sizeof(struct probe));

	if (tail && frame_bytes <= RECORD_BYTES) {
		bpf_probe_read_kernel(tail->record, frame_bytes, frame);
		tail->used = ((struct frame *)tail->record)->head.used;
	}
	return tail;
}

static __always_inline void close_frame(const struct frame_key *key)
{
	bpf_map_delete_elem(&frames, key);
}

static __always_inline void forget_frames(struct task_struct *task)
{
	struct depth *state = thread_state(depths, task);
	struct frames_walk walk = {.key.thread = (__u64)task, .all = 1};

	if (!state)
		return;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = 0;
	forget_thread_state(depths, task);
}

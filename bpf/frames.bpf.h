/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls of user functions that are under way, for bpf/probe.bpf.c: a stack for each thread.
 *
 * The kernel keeps at most 64 returns of a thread in mind (MAX_URETPROBE_DEPTH, include/linux/uprobes.h), those of
 * all probes together; of deeper calls the end is not seen, so they are lost when they begin.
 */
#pragma once
#include "kernel_user.bpf.h"
#include "repeat.bpf.h"
#include "state.bpf.h"
#include "tail.bpf.h"

enum probe_limits { PROBE_VALUES = 12, MOST_FRAMES = 64 };

/* Over this user space writes the event that the probe has (src/kernel/probe.cpp). */
struct probe {
	struct caller who;
	__u32 function; /* which of those that the probe's name stands for */
	__u32 unread;   /* a bit for each value that could not be read, and one for the result */
	__u64 value[PROBE_VALUES]; /* numbers, or each a struct tail_ref */
	__u64 result;
	ns_t latency; /* in a frame: when it began */
};

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
	__u64 thread; /* the address of its task */
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

/* Where the kernel sends functions back to that a uretprobe is on; one per process (kernel/events/uprobes.c). */
static __always_inline __u64 trampoline(void)
{
	struct mm_struct___probed *mm = (void *)BPF_CORE_READ(current_task(), mm);

	return BPF_CORE_READ(mm, uprobes_state.xol_area, vaddr);
}

/*
 * Has the call ended whose frame is at `stack`, now that a function is entered at `entered`? At the same place stands
 * another one's, or that of a function which ended by jumping to this one: then its return address is still the
 * trampoline.
 */
static __always_inline bool is_over(__u64 stack, __u64 entered)
{
	__u64 back = 0;

	if (stack != entered)
		return stack < entered;
	return bpf_probe_read_user(&back, sizeof(back), (void *)entered) || back != trampoline();
}

struct frames_walk {
	struct frame_key key; /* of the innermost frame, plus one */
	__u64 stack;
	__u32 function;
	__u32 returning;
};

static STEP(drop_frame, struct frames_walk *walk)
{
	struct frame_key key = {walk->key.thread, walk->key.depth - 1};
	struct frame *frame;
	bool over;

	if (!walk->key.depth)
		return STEP_DONE;
	frame = bpf_map_lookup_elem(&frames, &key);
	if (!frame)
		over = true;
	else if (walk->returning)
		over = frame->head.stack < walk->stack || (frame->head.stack == walk->stack &&
							   frame->event.function != walk->function);
	else
		over = is_over(frame->head.stack, walk->stack);
	if (!over)
		return STEP_DONE;
	bpf_map_delete_elem(&frames, &key);
	walk->key.depth = key.depth;
	return STEP_ON;
}

static __always_inline void count_lost_span(void)
{
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_STATE_FULL);
}

/* Whether the kernel will take note of the return, which it does behind the programs at the call. */
static __always_inline bool has_return(struct task_struct *task)
{
	struct task_struct___probed *probed = (void *)task;

	return BPF_CORE_READ(probed, utask, depth) < MOST_FRAMES;
}

/*
 * The event in this frame, with `used` bytes of its record, waits for its return. It stands for `weight` calls.
 */
static __always_inline void push_frame(struct frame *frame, __u32 used, __u64 stack, __u32 weight)
{
	struct task_struct *task = current_task();
	struct depth *state = new_thread_state(depths, task);
	struct frames_walk walk = {.key.thread = (__u64)task, .stack = stack};

	if (!state)
		return;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = walk.key.depth;
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
	return 0;
}

/*
 * The frame of the function that returns now, and its key, for close_frame; NULL: nobody saw it begin, or it is lost.
 * No other thread removes it.
 */
static __always_inline struct frame *returning_frame(struct pt_regs *ctx, __u32 function, struct frame_key *key)
{
	struct task_struct *task = current_task();
	struct depth *state = thread_state(depths, task);
	struct frames_walk walk = {
		.key.thread = (__u64)task, .stack = ctx->sp - 8, .function = function, .returning = 1};
	struct frame *frame;

	if (!state || !state->depth)
		return NULL;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = walk.key.depth;
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
	struct frames_walk walk = {.key.thread = (__u64)task, .stack = ~0ULL};

	if (!state)
		return;
	walk.key.depth = state->depth;
	repeat(MOST_FRAMES, drop_frame, &walk);
	state->depth = 0;
	forget_thread_state(depths, task);
}

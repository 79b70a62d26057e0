/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls of user functions whose ret instructions are probed, for bpf/probe.bpf.c.
 *
 * The return address stays as it is, so that exceptions pass and Go may move its stacks. A call is known by who runs it
 * and by where its stack was when it began, which is where it is at its ret instruction. What ended in another way, by
 * an exception, a panic or the end of its thread, leaves its frame behind, until a call takes the same place or it is the
 * oldest of a full table, which user space makes one that forgets (LRU).
 *
 * Go runs goroutines on any thread and moves their stacks, always so that what is on one keeps its distance from the
 * upper end. R14 has the address of the goroutine's descriptor, which begins with the lower and the upper end of its
 * stack (src/runtime/runtime2.go: g, stack). Those addresses are alike in all processes.
 */
#pragma once
#include "user_frames.bpf.h"

const volatile bool caught = true; /* the kernel catches returns: frames.bpf.h */
const volatile bool of_goroutines = false;

static __always_inline bool call_key(struct pt_regs *ctx, __u64 stack, struct frame_key *key)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u64 upper = 0;

	if (!of_goroutines) {
		*key = (struct frame_key){id, stack};
		return true;
	}
	if (bpf_probe_read_user(&upper, sizeof(upper), (void *)(ctx->r14 + 8)))
		return false;
	*key = (struct frame_key){ctx->r14, id >> 32 << 32 | (__u32)(upper - stack)};
	return true;
}

static __always_inline void keep_call(struct pt_regs *ctx, struct frame *frame, __u32 used, __u64 stack, __u32 weight)
{
	struct frame_key key;

	frame->head.stack = stack;
	frame->head.used = used;
	frame->head.weight = weight;
	frame->event.latency = now();
	if (!call_key(ctx, stack, &key) || bpf_map_update_elem(&frames, &key, frame, BPF_ANY))
		count_lost_span();
}

static __always_inline struct frame *kept_call(struct pt_regs *ctx, __u32 function, struct frame_key *key)
{
	struct frame *frame;

	if (!call_key(ctx, ctx->sp, key))
		return NULL;
	frame = bpf_map_lookup_elem(&frames, key);
	return frame && frame->event.function == function ? frame : NULL;
}

static __always_inline void begin_frame(struct pt_regs *ctx, struct frame *frame, __u32 used, __u64 stack, __u32 weight)
{
	if (caught)
		push_frame(frame, used, stack, weight);
	else
		keep_call(ctx, frame, used, stack, weight);
}

/* A call that is not looked at, as pass_over of frames.bpf.h. */
static __always_inline int pass_by(struct pt_regs *ctx, __u64 stack)
{
	struct frame_key key;

	if (caught)
		return pass_over(stack);
	count_outcome(OUTCOME_HITS);
	if (call_key(ctx, stack, &key))
		bpf_map_delete_elem(&frames, &key);
	return 0;
}

static __always_inline struct frame *ended_frame(struct pt_regs *ctx, __u32 function, struct frame_key *key)
{
	return caught ? returning_frame(ctx->sp - 8, function, key) : kept_call(ctx, function, key);
}

/* False: a full table had forgotten it meanwhile, so that a copy may be another's; that is counted. */
static __always_inline bool close_call(const struct frame_key *key)
{
	if (!bpf_map_delete_elem(&frames, key) || caught)
		return true;
	count_lost_span();
	return false;
}

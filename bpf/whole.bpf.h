/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists that are longer than a record under construction (bpf/tail.bpf.h) can hold. */
#pragma once
#include "tail.bpf.h"

/* What such a list takes in a ring; execve takes two megabytes, with the environment. */
#define ROOM_OF_MANY (192 * 1024)
#define ROOM_OF_MOST (2 * 1024 * 1024 + RECORD_BYTES)

/*
 * The record with the rest of its last tail, which lies in the memory of the current process. Room in a ring has a
 * size that the verifier knows; user space leaves off what is not used of it.
 */
static __always_inline bool send_in_room(struct tail *tail, __u64 from, __u64 rest, const __u32 room)
{
	__u64 used = tail->used;
	char *to;

	barrier_var(used);
	barrier_var(rest);
	if (used > RECORD_BYTES || rest > room - RECORD_BYTES)
		return false;
	to = bpf_ringbuf_reserve(ring_of_plan(), room, 0);
	if (!to)
		return false;
	if (bpf_probe_read_kernel(to, used, tail->record) ||
	    bpf_probe_read_user(to + used, rest, (void *)from)) {
		bpf_ringbuf_discard(to, 0);
		return false;
	}
	bpf_ringbuf_submit(to, plan.busy_reader ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP);
	return true;
}

/* False: it is whole already, or there is no such room now and it stays cut. */
static __always_inline bool send_whole(struct tail *tail, list_t *list, __u64 from)
{
	__u32 size = list->size;
	__u64 rest = list->whole - size;

	if (list->whole <= size || plan.to_perf)
		return false;
	list->size = TAIL_IS_WHOLE;
	if (send_in_room(tail, from, rest, ROOM_OF_MANY) || send_in_room(tail, from, rest, ROOM_OF_MOST))
		return true;
	list->size = size;
	return false;
}

static __always_inline void finish_whole(void *ctx, const void *event, struct tail *tail, list_t *list, __u64 from)
{
	__u32 admitted = admit(event, event, 1);
	__u64 size;

	if (!admitted)
		return;
	*(struct header *)tail->record = stamp(admitted);
	size = tail->used;
	barrier_var(size);
	if (size > RECORD_BYTES || size == 0)
		return;
	sent(send_whole(tail, list, from) ? 0 : send_tail(ctx, tail, size));
}

/* As emit_tail, where `list` of the event is its last tail, of which the rest is at `from`. */
#define emit_whole(ctx, e, tail, list, from)                                                       \
	emit_tail_by(e, tail, finish_whole(ctx, event_, tail, &event_->list, from))

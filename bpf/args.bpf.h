/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Argument vectors: of a program that has just begun, and of one that could not.
 */
#pragma once
#include "memory.bpf.h"
#include "registers.bpf.h"
#include "whole.bpf.h"
#include <bpf/bpf_tracing.h>

#define ATTEMPT_ARGS	  64 /* of a failed attempt, whose strings lie scattered */
#define ATTEMPT_ARG_BYTES 1024

/*
 * The vector of the current process, from the stack its kernel has just written: the pages are
 * there, which they need not be when execve is entered. `rest`: where what it lacks is (emit_whole).
 */
static __always_inline list_t own_args(struct tail *tail, __u64 *rest)
{
	struct mm_struct *mm = own_memory();
	unsigned long begin = BPF_CORE_READ(mm, arg_start);
	__u64 whole = BPF_CORE_READ(mm, arg_end) - begin;
	__u64 size = whole < LIST_BYTES ? whole : LIST_BYTES;
	char *to = tail_room(tail, LIST_BYTES);

	barrier_var(size); /* else the bound is of another copy than the one that is passed */
	if (!to || bpf_probe_read_user(to, size, (void *)begin))
		size = 0;
	*rest = begin + size;
	return tail_taken(tail, size, whole);
}

TAIL_STEP(take_arg)
{
	const char *string = NULL;
	char *to = tail_room(tail, ATTEMPT_ARG_BYTES);
	char last = 0; /* NUL, unless the text goes on */
	long got;

	if (bpf_probe_read_user(&string, sizeof(string), (void *)(tail->args.vector + at * 8)))
		tail->args.missed = 1;
	if (string && !to)
		tail->args.missed = 1;
	if (!string || !to)
		return STEP_DONE;
	got = bpf_probe_read_user_str(to, ATTEMPT_ARG_BYTES, string);
	if (bpf_probe_read_user(&last, 1, string + got - 1) || last)
		tail->args.missed = 1;
	if (got < 0 || got > ATTEMPT_ARG_BYTES)
		return STEP_DONE;
	tail->used += got;
	tail->args.taken++;
	return STEP_ON;
}

/* A vector that was passed to execve and not used. What is not in memory now is left out. */
static __always_inline list_t attempted_args(struct tail *tail, __u64 vector)
{
	__u32 begin = tail->used;
	__u64 next = 0;

	if (!vector)
		return (list_t){};
	tail->args.vector = vector;
	tail->args.taken = 0;
	tail->args.missed = 0;
	repeat_in_tail(ATTEMPT_ARGS, take_arg, tail);
	if (tail->args.taken == ATTEMPT_ARGS &&
	    (bpf_probe_read_user(&next, 8, (void *)(vector + ATTEMPT_ARGS * 8)) || next))
		tail->args.missed = 1;
	return (list_t){
		.offset = begin - sizeof(struct header),
		.size = tail->used - begin,
		.whole = tail->used - begin + tail->args.missed,
	};
}

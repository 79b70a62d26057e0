/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --where in the kernel: the plan's decision list over the bytes of an event.
 *
 * Compiled, it handles every kind of leaf at every place. Loaded, only what the plan uses is left.
 */
#pragma once
#include "plan.bpf.h"

/* The tail may be compared up to here without reading past the scratch record. */
#define COMPARABLE_BYTES (29 * 1024)

static __always_inline __u64 load_number(const void *event, __u16 offset, __u8 size, bool is_signed)
{
	const void *at = event + offset;

	switch (size) {
	case 1:
		return is_signed ? (__u64)(__s64) * (__s8 *)at : *(__u8 *)at;
	case 2:
		return is_signed ? (__u64)(__s64) * (__s16 *)at : *(__u16 *)at;
	case 4:
		return is_signed ? (__u64)(__s64) * (__s32 *)at : *(__u32 *)at;
	default:
		return *(__u64 *)at;
	}
}

static __always_inline bool words_match(const volatile struct leaf *leaf, const char *bytes)
{
#pragma unroll
	for (int i = 0; i < PLAN_WORDS; i++) {
		if (i >= leaf->used_words)
			break;
		/* Text starts at any address; BPF on x86 may read it there. */
		if ((*(__u64 *)(bytes + i * 8) & leaf->masks[i]) != leaf->words[i])
			return false;
	}
	return true;
}

static __always_inline bool tail_matches(const volatile struct leaf *leaf, const void *event,
					 const char *body)
{
	const struct tail_ref *ref = event + leaf->offset;
	__u32 at = ref->offset;

	if (!body || (leaf->exact_length ? ref->size != leaf->length : ref->size < leaf->length))
		return false;
	if (leaf->place == PLACE_TAIL_END)
		at += ref->size - leaf->length;
	if (at >= COMPARABLE_BYTES)
		return false;
	return words_match(leaf, body + at);
}

static __always_inline bool leaf_holds(const volatile struct leaf *leaf, const void *event,
				       const char *body)
{
	if (leaf->op == OP_WORDS) {
		if (leaf->place != PLACE_FIELD)
			return tail_matches(leaf, event, body);
		return words_match(leaf, event + leaf->offset);
	}
	__u64 number = load_number(event, leaf->offset, leaf->size, leaf->is_signed);

	if (leaf->op == OP_EQUAL)
		return number == leaf->value;
	if (leaf->op == OP_BITS)
		return (number & leaf->value) == leaf->value;
	if (leaf->op == OP_LESS)
		return leaf->is_signed ? (__s64)number < (__s64)leaf->value : number < leaf->value;
	return leaf->is_signed ? (__s64)number <= (__s64)leaf->value : number <= leaf->value;
}

/*
 * Does the event pass? `body` is the record's body with its tails, NULL for an event without.
 * `early` asks before the tails are read: false then means that no tail could make it pass. A leaf
 * that needs a tail is not evaluated early; the answer is "it may".
 */
static __noinline ONLY_WITH("plan.leaves") bool where_passes(const void *event, const char *body, bool early)
{
	__u8 next = 0;

#pragma unroll
	for (__u32 i = 0; i < PLAN_LEAVES; i++) {
		if (i >= plan.leaves)
			break;
		if (next != i)
			continue;
		if (early && plan.where[i].place != PLACE_FIELD)
			return true;
		next = leaf_holds(&plan.where[i], event, body) ? plan.where[i].yes
								: plan.where[i].no;
	}
	return plan.leaves == 0 || next == NEXT_PASS;
}

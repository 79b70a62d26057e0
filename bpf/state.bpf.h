/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * State between the begin of something and its end, for events that have both.
 *
 *	STATE(attempts, struct attempt, 16384, "connections without an answer");
 *
 *	if (caller_to_remember(&a.who))		// at the begin: false: not a target
 *		remember(attempts, sk, a);
 *	...
 *	struct attempt *a = recall(attempts, sk);	// at the end: NULL: not remembered
 *	...
 *	forget(attempts, sk);
 *	return emit_span(ctx, &e);
 *
 * A span counts as a hit when it ends, so that the account adds up while some are under way; one that finds
 * the map full counts at once, as lost_state_full. The key is the object's address or number; the
 * tracer says who removes it when the end never comes.
 */
#pragma once
#include "emit.bpf.h"

#define STATE(name, type_, most, sentence)                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(max_entries, most);                                                         \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__type(key, __u64);                                                                \
		__type(value, type_);                                                              \
	} name SEC(".maps") DOC(sentence)

#define remember(map, key_, value)                                                                 \
	do {                                                                                       \
		__u64 at_ = (__u64)(key_);                                                         \
		if (bpf_map_update_elem(&(map), &at_, &(value), BPF_ANY)) {                        \
			count_outcome(OUTCOME_HITS);                                               \
			count_outcome(OUTCOME_LOST_STATE_FULL);                                    \
		}                                                                                  \
	} while (0)

#define recall(map, key_)                                                                          \
	({                                                                                         \
		__u64 at_ = (__u64)(key_);                                                         \
		bpf_map_lookup_elem(&(map), &at_);                                                 \
	})

#define forget(map, key_)                                                                          \
	do {                                                                                       \
		__u64 at_ = (__u64)(key_);                                                         \
		bpf_map_delete_elem(&(map), &at_);                                                 \
	} while (0)

/* The end of a span: its caller was remembered. */
#define emit_span(ctx, e)                                                                          \
	({                                                                                         \
		count_outcome(OUTCOME_HITS);                                                       \
		emit_plain(ctx, e);                                                                \
	})

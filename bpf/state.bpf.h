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

/*
 * State of a thread: one value per thread, zeros at first.
 *
 *	THREAD_STATE(calls, struct call, "calls under way");
 *
 *	struct call *call = new_thread_state(calls, task);	// NULL: no memory; that is counted
 *	struct call *call = thread_state(calls, task);		// NULL: none was made
 *	forget_thread_state(calls, task);
 *
 * `task` is what the kernel vouches for: a tracepoint's argument in tp_btf, or current_task(). Where the
 * kernel has it, the value hangs on the task and goes with it. Elsewhere it is a table by the task's
 * address, whose entries go when they are forgotten. A tracer does that when a span ends, and marks the
 * value as ended in its own way, as the kernel's storage keeps it. What a thread without an end leaves behind
 * is overwritten when its address is used again.
 */
#ifdef PLUMB_LOOP_HELPER
#define THREAD_STATE(name, type_, sentence)                                                        \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_TASK_STORAGE);                                           \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__type(key, int);                                                                  \
		__type(value, type_);                                                              \
	} name SEC(".maps") DOC(sentence)
#define thread_state(map, task) bpf_task_storage_get(&(map), task, NULL, 0)
#define thread_state_or_new(map, task)                                                             \
	bpf_task_storage_get(&(map), task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE)
#define forget_thread_state(map, task) ((void)(task))
#else
#define THREAD_STATE(name, type_, sentence) STATE(name, type_, 65536, sentence)
#define thread_state(map, task)		    recall(map, task)
#define thread_state_or_new(map, task)                                                             \
	({                                                                                         \
		__u64 key_ = (__u64)(task);                                                        \
		typeof(*(map).value) zeros_ = {};                                                  \
		bpf_map_update_elem(&(map), &key_, &zeros_, BPF_NOEXIST);                          \
		bpf_map_lookup_elem(&(map), &key_);                                                \
	})
#define forget_thread_state(map, task) forget(map, task)
#endif

#define new_thread_state(map, task)                                                                \
	({                                                                                         \
		void *state_ = thread_state_or_new(map, task);                                     \
		if (!state_) {                                                                     \
			count_outcome(OUTCOME_HITS);                                               \
			count_outcome(OUTCOME_LOST_STATE_FULL);                                    \
		}                                                                                  \
		(typeof((map).value))state_;                                                       \
	})

/*
 * The end of a span, of an event in memory that lasts. `last_words` are said when it has passed --where: what
 * they tell costs a filtered one nothing.
 */
#define emit_span_with(ctx, e, last_words)                                                         \
	({                                                                                         \
		KEEP_TYPE(typeof(*(e)));                                                           \
		count_outcome(OUTCOME_HITS);                                                       \
		if (passes(e, NULL)) {                                                             \
			last_words;                                                                \
			send_admitted(ctx, e, 1);                                                  \
		}                                                                                  \
		0;                                                                                 \
	})

/* The end of a span: its caller was remembered. */
#define emit_span(ctx, e) emit_span_weighted(ctx, e, 1)
#define emit_span_weighted(ctx, e, weight)                                                         \
	({                                                                                         \
		count_outcome(OUTCOME_HITS);                                                       \
		emit_plain_weighted(ctx, e, weight);                                               \
	})

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * State whose end may never come: it is told when its time is over, or the run.
 *
 *	static int late(void *ctx, const struct flow *key, bool waits);	// waits: the run ends before its time
 *	EXPIRING_STATE(pending, struct flow, struct query, 16384, "queries", late);
 *	SWEEP(pending, "queries that nobody answers")
 *
 *	struct pending_entry *entry = ...;		// memory of a map, its `value` is set
 *	remember_for(pending, &key, entry, timeout);	// full: counted as lost_state_full
 *	...
 *	if (none_remembered(pending))			// costs no more than a look
 *	...
 *	if (take_out(pending, &key))			// true: it was there, and to nobody else
 *
 * A queue holds the keys in the order of their end, as all are kept equally long. It is looked at
 * whenever a worker of the kernel begins something: some twenty times a second on a machine that
 * rests, once at least (5.10 to 7.3). Timers in maps would be punctual; they are new in 5.15, and
 * since 7 they fail on processors without cmpxchg16b (ENOMEM). When the queue is full, its oldest
 * key makes room: one that has had its end, unless four times as many came as can be remembered;
 * else that one is given up, and counted as lost_state_full. When the run ends, what is left is told.
 */
#pragma once
#include "emit.bpf.h"
#include "repeat.bpf.h"

enum { BPF_MAP_TYPE_QUEUE = 22, BPF_EXIST = 2 }; /* include/uapi/linux/bpf.h */

#define add_to_count(map, number)                                                                  \
	do {                                                                                       \
		__u32 zero_ = 0;                                                                   \
		__u64 *count_ = bpf_map_lookup_elem(&map##_count, &zero_);                         \
		if (count_)                                                                        \
			__sync_fetch_and_add(count_, number);                                      \
	} while (0)

#define none_remembered(map)                                                                       \
	({                                                                                         \
		__u32 zero_ = 0;                                                                   \
		__u64 *count_ = bpf_map_lookup_elem(&map##_count, &zero_);                         \
		!count_ || !*count_;                                                               \
	})

#define take_out(map, key)                                                                         \
	({                                                                                         \
		bool taken_ = !bpf_map_delete_elem(&(map), key);                                   \
		if (taken_)                                                                        \
			add_to_count(map, -1);                                                     \
		taken_;                                                                            \
	})

#define remember_for(map, key, entry, time)                                                        \
	do {                                                                                       \
		if (put_for(map, key, entry, time)) {                                              \
			add_to_count(map, 1);                                                      \
		} else {                                                                           \
			count_given_up();                                                          \
		}                                                                                  \
	} while (0)

static __always_inline void count_given_up(void)
{
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_STATE_FULL);
}

#ifdef PLUMB_LOOP_HELPER
#define MOST_ENDS 256 /* told at once */
#else
#define MOST_ENDS 8
#endif
enum { MOST_RESTS = 8 }; /* the same when the run ends: what the smallest ring has room for */

struct sweep {
	void *ctx;
	__u64 by; /* what ends until then */
	bool more;
};

#define EXPIRING_STATE(name, key_type, value_type, most, sentence, expired)                        \
	struct name##_entry {                                                                      \
		value_type value;                                                                  \
		__u64 due;                                                                         \
	};                                                                                         \
	struct name##_due {                                                                        \
		key_type key;                                                                      \
		__u64 when;                                                                        \
	};                                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(max_entries, most);                                                         \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__type(key, key_type);                                                             \
		__type(value, struct name##_entry);                                                \
	} name SEC(".maps") DOC(sentence);                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u64);                                                              \
	} name##_count SEC(".maps") DOC("how many " sentence);                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_QUEUE);                                                  \
		__uint(max_entries, 4 * (most));                                                   \
		__type(value, struct name##_due);                                                  \
	} name##_dues SEC(".maps") DOC(sentence ", in the order of their end");                    \
	/* Takes the next from the queue, if it has had its end, or should have had it by now. */  \
	static __always_inline bool name##_pop(struct name##_due *due, bool *over, __u64 by)       \
	{                                                                                          \
		__u64 peeked;                                                                      \
		struct name##_entry *entry;                                                        \
		if (bpf_map_peek_elem(&name##_dues, due))                                          \
			return false;                                                              \
		peeked = due->when;                                                                \
		entry = bpf_map_lookup_elem(&name, &due->key);                                     \
		*over = entry && entry->due == peeked;                                             \
		if ((*over && peeked > by) || bpf_map_pop_elem(&name##_dues, due))                 \
			return false;                                                              \
		if (due->when != peeked) { /* another CPU took that one: this is the next */       \
			entry = bpf_map_lookup_elem(&name, &due->key);                             \
			*over = entry && entry->due == due->when;                                  \
			if (*over && due->when > by) { /* told late, as it goes to the end */      \
				bpf_map_push_elem(&name##_dues, due, BPF_EXIST);                   \
				return false;                                                      \
			}                                                                          \
		}                                                                                  \
		return true;                                                                       \
	}                                                                                          \
	/* Takes the oldest from a full queue, into memory of the caller's: the stack is scarce. */ \
	static __always_inline void name##_make_room(struct name##_due *oldest)                    \
	{                                                                                          \
		struct name##_entry *entry;                                                        \
		if (bpf_map_pop_elem(&name##_dues, oldest))                                        \
			return;                                                                    \
		entry = bpf_map_lookup_elem(&name, &oldest->key);                                  \
		if (entry && entry->due == oldest->when && take_out(name, &oldest->key))           \
			count_given_up();                                                          \
	}                                                                                          \
	static STEP(name##_sweep, struct sweep *sweep)                                             \
	{                                                                                          \
		struct name##_due due;                                                             \
		bool over;                                                                         \
		if (!name##_pop(&due, &over, sweep->by)) {                                         \
			sweep->more = false;                                                       \
			return STEP_DONE;                                                          \
		}                                                                                  \
		if (over)                                                                          \
			expired(sweep->ctx, &due.key, due.when > now());                           \
		return STEP_ON;                                                                    \
	}                                                                                          \
	_Static_assert(1, "")

/* Each makes room for two: those that have had their end do not heap up. */
#define put_for(map, key_, entry_, time)                                                           \
	({                                                                                         \
		struct map##_due due_ = {.key = *(key_), .when = now() + (time)};                  \
		struct map##_entry *made_ = entry_;                                                \
		bool new_, over_;                                                                  \
		made_->due = due_.when;                                                            \
		new_ = !bpf_map_update_elem(&(map), key_, made_, BPF_NOEXIST);                     \
		if (new_ && bpf_map_push_elem(&map##_dues, &due_, 0)) {                            \
			map##_make_room(&due_);                                                    \
			due_ = (struct map##_due){.key = *(key_), .when = made_->due};             \
			bpf_map_push_elem(&map##_dues, &due_, BPF_EXIST);                          \
		}                                                                                  \
		if (map##_pop(&due_, &over_, 0))                                                   \
			map##_pop(&due_, &over_, 0);                                               \
		new_;                                                                              \
	})

#define SWEEP(map, purpose)                                                                        \
	SEC("tp_btf/workqueue_execute_start") SERVES(purpose) int map##_sweeper(void *ctx)         \
	{                                                                                          \
		struct sweep sweep = {.ctx = ctx, .by = now()};                                    \
		repeat(MOST_ENDS, map##_sweep, &sweep);                                            \
		return 0;                                                                          \
	}                                                                                          \
	SEC("raw_tp") AT_END SERVES(purpose " before the run ends") int map##_rest(void *ctx)      \
	{                                                                                          \
		struct sweep sweep = {.ctx = ctx, .by = ~0ULL, .more = true};                      \
		repeat(MOST_RESTS, map##_sweep, &sweep);                                           \
		return sweep.more;                                                                 \
	}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Aggregation: --by and --show in per-CPU maps. */
#pragma once
#include "cell.bpf.h"
#include "direct.bpf.h"

/* Aligned, so that it is written by words: by bytes it costs as much as all the rest of a group. */
struct key_bytes {
	__u8 bytes[PLAN_KEY_BYTES];
} __attribute__((aligned(8)));

struct key_scratch {
	struct key_bytes key;
	__u64 users; /* programs that build a key here now; only one alone may */
};

/*
 * Two tables take turns, so that an interval is read after nobody writes to it any more. Inserted
 * here, one per key that occurs; emptied by user space after its interval. Full: `others`.
 * User space sets key size, value size and max_entries.
 */
struct groups {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key_bytes);
	__type(value, struct cell);
} groups_even SEC(".maps") DOC("groups, in even intervals"),
	groups_odd SEC(".maps") DOC("groups, in odd intervals");

/* What did not fit into the tables: one cell for each of them. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct cell);
} others SEC(".maps") DOC("events beyond the tables of groups");

/* A cell of zeros to begin from, and the key under construction; never inserted or removed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cell);
} empty_cell SEC(".maps") DOC("what a new group begins from");
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct key_scratch);
} key_scratch SEC(".maps") DOC("a group's key under construction");

/* `offset`: of the text in the event, which itself is aligned. */
static __always_inline void copy_text(__u8 *to, const void *from, __u32 offset)
{
	if (offset & 7) {
		__builtin_memcpy(to, from, 16);
	} else {
		((__u64 *)to)[0] = ((const __u64 *)from)[0];
		((__u64 *)to)[1] = ((const __u64 *)from)[1];
	}
}

/*
 * Builds the key; false when a tail is too long for it: then the event goes to user space whole,
 * which groups it exactly. A short tail is padded with zeros: one that ends in some is taken for one without.
 */
static __always_inline bool build_key(struct key_bytes *key, const void *event, const char *body)
{
	__u32 used = 0;

	__builtin_memset(key, 0, sizeof(*key));
#pragma unroll
	for (__u32 i = 0; i < PLAN_KEYS; i++) {
		__u32 size = plan.key[i].size;
		const void *from = event + plan.key[i].offset;

		if (i >= plan.keys)
			break;
		if (plan.key[i].is_tail) {
			const struct tail_ref *ref = from;
			__u32 length = ref->size;

			/* a cut tail that still fits is a different key than what it was cut from */
			if (!body || length >= size || ref->whole != length ||
			    ref->offset >= COMPARABLE_BYTES || used + size > sizeof(*key))
				return false;
			bpf_probe_read_kernel(key->bytes + used, length & (PLAN_KEY_BYTES - 1),
					      body + ref->offset);
		} else if (size == 16) {
			copy_text(key->bytes + used, from, plan.key[i].offset);
		} else {
			*(__u64 *)(key->bytes + used) =
				load_number(event, plan.key[i].offset, size, false);
		}
		used += (size + 7) & ~7;
	}
	return true;
}

/* Of up to two numbers: it is built on the stack, which no other program can take over. */
static __always_inline void build_short_key(__u64 key[2], const void *event)
{
	key[0] = plan.keys ? load_number(event, plan.key[0].offset, plan.key[0].size, false) : 0;
	key[1] = plan.keys == 2 ? load_number(event, plan.key[1].offset, plan.key[1].size, false) : 0;
}

/*
 * The cell of a group, or of those beyond a table that is full. NULL: the kernel had no memory at
 * hand, as happens when many groups begin at once (it gets some a moment later): then user space
 * counts this event.
 */
static __always_inline struct cell *cell_of(void *groups, const void *key, __u32 epoch)
{
	__u32 zero = 0;
	struct cell *cell = bpf_map_lookup_elem(groups, key);
	long error = 0;

	if (cell)
		return cell;
	void *empty = bpf_map_lookup_elem(&empty_cell, &zero);

	if (empty)
		error = bpf_map_update_elem(groups, key, empty, BPF_NOEXIST);
	cell = bpf_map_lookup_elem(groups, key);
	return cell || error != -E2BIG ? cell : bpf_map_lookup_elem(&others, &epoch);
}

static __always_inline bool add_to_group(const void *key, const void *event, __u32 weight,
					 __u32 epoch)
{
	return add_to_cell(epoch ? cell_of(&groups_odd, key, 1) : cell_of(&groups_even, key, 0),
			   event, weight);
}

/*
 * False: it has to be sent to user space instead. So has an event whose program took this CPU from another one in
 * the middle of its key.
 */
static __noinline ONLY_WITH("plan.long_key") bool add_by_long_key(const void *event, const char *body, __u32 weight,
				       __u32 epoch)
{
	__u32 zero = 0;
	struct key_scratch *scratch = bpf_map_lookup_elem(&key_scratch, &zero);
	bool added;

	if (!scratch)
		return false;
	__sync_fetch_and_add(&scratch->users, 1);
	barrier();
	added = *(volatile __u64 *)&scratch->users == 1 && build_key(&scratch->key, event, body) &&
		add_to_group(&scratch->key, event, weight, epoch);
	__sync_fetch_and_add(&scratch->users, -1);
	return added;
}

/* Adds the event to its group; false as above. A short key costs no call. */
static __always_inline bool aggregate(const void *event, const char *body, __u32 weight,
				      __u32 epoch)
{
	__u64 key[2];

	if (plan.long_key)
		return add_by_long_key(event, body, weight, epoch);
	build_short_key(key, event);
	if (plan.direct && key[0] < plan.direct) {
		__u32 index = key[0];

		if (!plan.few || find_cell(&index))
			return add_directly(index, event, weight, epoch);
	}
	return add_to_group(key, event, weight, epoch);
}

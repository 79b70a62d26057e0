/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* In front of the tables of groups: cells that are found by a small number, without a call. */
#pragma once
#include "cell.bpf.h"

/*
 * Where the one key has few values (plan.direct), and where there is none, which is as if it always were 0: the cells
 * of numbers below that, which are zeros until they occur. User space makes them as long, reads them like the tables, and zeroes what it has read.
 */
struct direct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cell);
} direct_even SEC(".maps") DOC("groups by small numbers, in even intervals"),
	direct_odd SEC(".maps") DOC("groups by small numbers, in odd intervals");

/*
 * Where cells are too large to have one for each value: those that occur get one of plan.few, for good. By key, 1 + the
 * number of its cell, and after the last key how many were asked for; and by cell, its key. Inserted here, never
 * removed; two CPUs that meet a key at once may give it two cells, which user space adds up. Full: the tables.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cell_numbers SEC(".maps") DOC("which cell a small number has");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cell_keys SEC(".maps") DOC("which small number has a cell");

static __always_inline void give_cell(__u32 *number, __u32 key)
{
#ifdef PLUMB_LOOP_HELPER /* kernels before 5.12 refuse the instruction, even where it is never reached */
	__u32 end = plan.direct, next;
	__u32 *asked = bpf_map_lookup_elem(&cell_numbers, &end), *key_of_next;

	if (!asked || *asked >= plan.few)
		return;
	next = __sync_fetch_and_add(asked, 1);
	key_of_next = bpf_map_lookup_elem(&cell_keys, &next);
	if (!key_of_next)
		return;
	*key_of_next = key;
	*number = next + 1;
#endif
}

/* From a key to the number of its cell; false: there is none left for it. */
static __always_inline bool find_cell(__u32 *key)
{
	__u32 *number = bpf_map_lookup_elem(&cell_numbers, key);

	if (!number)
		return false;
	if (!*number)
		give_cell(number, *key);
	if (!*number)
		return false;
	*key = *number - 1;
	return true;
}

/*
 * By the index that a key is. The two lookups must not become one of whichever array: the verifier writes out only
 * those of a certain array, the call to the other kind costs 40 ns.
 */
static __always_inline bool add_directly(__u32 index, const void *event, __u32 weight, __u32 epoch)
{
	struct cell *cell;

	if (epoch) {
		cell = bpf_map_lookup_elem(&direct_odd, &index);
		barrier_var(cell);
	} else {
		cell = bpf_map_lookup_elem(&direct_even, &index);
	}
	return add_to_cell(cell, event, weight);
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a process has mapped at an address: its tree of mappings, walked as mtree_load of lib/maple_tree.c does, but
 * without a lock, as programs run where none can be had. (bpf_find_vma tries for one, and from an interrupt gets it
 * once.) A node that changes meanwhile may lead astray, so what is found has to say itself that it holds the address.
 *
 * Since 6.1; before, mappings are in a tree of another kind.
 */
#pragma once
#include "kernel.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

/* include/linux/maple_tree.h */
struct maple_tree {
	void *ma_root;
};

struct maple_range_64 {
	unsigned long pivot[15];
	void *slot[16];
};

struct maple_arange_64 {
	unsigned long pivot[9];
	void *slot[10];
};

struct mm_struct___tree {
	struct maple_tree mm_mt;
};

struct super_block___device {
	unsigned int s_dev;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

/* How a node is named: bits 3 to 6 say of which type it is, and it is 256 bytes. The root may be no node. */
enum tree_node {
	TREE_IS_NODE = 2,
	TREE_TYPE_SHIFT = 3,
	TREE_LEAF = 1,
	TREE_RANGE = 2,
	TREE_ARANGE = 3,
	TREE_NODE_BYTES = 256,
	TREE_PIVOTS = 15,
	TREE_LEVELS = 10, /* a node has five entries and more, so these hold millions */
};

struct tree_walk {
	__u64 entry;
	__u64 pivots[TREE_PIVOTS];
};

static __always_inline bool has_mapping_tree(void)
{
	return bpf_core_type_exists(struct maple_tree) &&
	       bpf_core_field_exists(((struct mm_struct___tree *)0)->mm_mt);
}

/* Goes from an inner node to the entry for this address; false: it was none. */
static __always_inline bool descend(struct tree_walk *walk, __u64 address)
{
	__u32 type = walk->entry >> TREE_TYPE_SHIFT & 15;
	bool is_wide = type == TREE_ARANGE;
	__u64 node = walk->entry & -(__u64)TREE_NODE_BYTES, slots = node;
	__u32 i = 0;

	if (type != TREE_LEAF && type != TREE_RANGE && !is_wide)
		return false;
	if (is_wide) {
		node += bpf_core_field_offset(struct maple_arange_64, pivot);
		slots += bpf_core_field_offset(struct maple_arange_64, slot);
	} else {
		node += bpf_core_field_offset(struct maple_range_64, pivot);
		slots += bpf_core_field_offset(struct maple_range_64, slot);
	}
	if (bpf_probe_read_kernel(walk->pivots, sizeof(walk->pivots), (void *)node))
		return false;
	for (; i < TREE_PIVOTS; i++) {
		if (is_wide && i == 9)
			break;
		/* each is the last address of its entry; behind those in use stand zeros */
		if (address <= walk->pivots[i] || (i && !walk->pivots[i]))
			break;
	}
	return !bpf_probe_read_kernel(&walk->entry, sizeof(walk->entry), (void *)(slots + i * 8));
}

/* The mapping of this address, or NULL. */
static __always_inline struct vm_area_struct *mapping_at(struct tree_walk *walk, struct mm_struct *mm,
							 __u64 address)
{
	struct mm_struct___tree *tree = (void *)mm;
	bool is_leaf = false;

	walk->entry = (__u64)BPF_CORE_READ(tree, mm_mt.ma_root);
	if (!(walk->entry & TREE_IS_NODE)) /* nothing or one mapping alone */
		return NULL;
	for (int i = 0; i < TREE_LEVELS && !is_leaf; i++) {
		is_leaf = (walk->entry >> TREE_TYPE_SHIFT & 15) == TREE_LEAF;
		if (!descend(walk, address))
			return NULL;
	}
	return is_leaf ? (void *)walk->entry : NULL;
}

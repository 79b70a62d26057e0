/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is sent of stacks, and where they are put together.
 */
#pragma once
#include "python_tables.bpf.h"
#include "unwind_tables.bpf.h"

/*
 * Bits of a frame of the process. From STACK_FILE_SHIFT on is the number of the file, below the offset. With STACK_PYTHON
 * the number of the code object is in the lower half, and from STACK_POSITION_SHIFT on the position in it.
 */
enum stack_frame {
	STACK_POSITION_SHIFT = 32,
	STACK_FILE_SHIFT = 36,
	STACK_RETURNED = 61,
	STACK_IN_FILE = 62,
	STACK_PYTHON_FRAME = 63,
};
enum { STACK_MOST_POSITION = (1 << 28) - 1, STACK_ROOM = 2048 /* more than there can be: a power of two */ };

/* In the place of a tracer's number, of records that are no events. */
enum stack_records { PYTHON_CODE_RECORD = 0xfffd, UNKNOWN_FILE_RECORD = 0xfffe, STACK_RECORD = 0xffff };

/* The numbers are hashes that begin with this, so that nobody makes a program whose stacks have one number. */
struct stacks {
	__u64 seed[2];
	enum stack_end ends; /* not read: BTF holds only types that something mentions */
	enum unwind_limits limits;
	enum rule_kind kinds;
	enum stack_frame frames;
	enum stack_records records;
	enum fp_place fp_places;
	enum python_limits python;
	enum python_entry python_entries;
	enum python_position python_positions;
	enum python_end python_ends;
};
const volatile struct stacks stacks = {};

/* A record like any other, of no tracer. */
struct stack_head {
	__u64 time;
	__u32 weight;
	__u16 tracer;
	__u16 cpu;
	__u64 id;
	__u32 pid;
	__u16 kernel_frames;
	__u16 user_frames;
	enum stack_end end;
	enum python_end python_end;
};
struct stack_record {
	struct stack_head head;
	__u64 frames[STACK_ROOM]; /* those of the kernel first; as many as there are */
};

/*
 * Files that were asked for. Inserted here; removed by user space when it could not get hold of the file, whose inode may
 * then become another one's. Full: none is asked for.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u32);
} unwind_asked SEC(".maps") SHARED FOR_STACKS DOC("files without a table that user space was told of");

/* Claimed by a program, and given back: an interrupt, or a task that takes its CPU, finds another one. */
struct stack_scratch {
	struct unwinding unwinding;
	struct stack_record record;
	__u64 hash[2];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, UNWIND_SLOTS);
	__type(key, __u32);
	__type(value, struct stack_scratch);
} stack_scratch SEC(".maps") SHARED FOR_STACKS DOC("stacks under construction");

/* Who has the slot of this number in stack_scratch has this one, too. */
struct python_scratch {
	struct python_code_record record;
	struct python_text_key text;
	struct python_code_key code;
	struct {
		__u32 begin, size;
	} hash; /* the part of the record that is gone through */
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, UNWIND_SLOTS);
	__type(key, __u32);
	__type(value, struct python_scratch);
} python_scratch SEC(".maps") SHARED FOR_STACKS DOC("code objects under construction");

/*
 * Stacks that user space has, by the first half of their hash. Inserted here; the kernel drops those that were
 * not met for long, which are sent again.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u64);
} stacks_sent SEC(".maps") SHARED FOR_STACKS DOC("stacks that user space knows");

/* Events whose stack was lost, and why. */
struct stack_losses {
	__u64 busy, ring_full;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack_losses);
} stack_losses SEC(".maps") SHARED FOR_STACKS DOC("stacks that were lost");

static __always_inline void lose_stack(bool busy)
{
	__u32 zero = 0;
	struct stack_losses *losses = bpf_map_lookup_elem(&stack_losses, &zero);

	if (losses)
		__sync_fetch_and_add(busy ? &losses->busy : &losses->ring_full, 1);
}

static __always_inline struct stack_scratch *claim_scratch(void)
{
	for (__u32 i = 0; i < UNWIND_SLOTS; i++) {
		__u32 slot = i;
		struct stack_scratch *scratch = bpf_map_lookup_elem(&stack_scratch, &slot);

		if (!scratch)
			return NULL;
		if (!__sync_fetch_and_add(&scratch->unwinding.users, 1)) {
			scratch->unwinding.slot = i;
			return scratch;
		}
		__sync_fetch_and_add(&scratch->unwinding.users, -1);
	}
	return NULL;
}

static __always_inline void add_frame(struct stack_scratch *scratch, __u64 frame)
{
	__u32 at = scratch->record.head.kernel_frames + scratch->unwinding.frames;

	if (scratch->unwinding.frames >= UNWIND_FRAMES)
		return;
	scratch->record.frames[at & (STACK_ROOM - 1)] = frame;
	scratch->unwinding.frames++;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stack of the current thread, as a number: `stack` of struct caller. Its frames go to user space once, when they
 * are first met, ahead of the events that have that number.
 *
 * A frame is eight bytes: an address of the kernel; STACK_IN_FILE, a file's number and an offset in it, which mean the
 * same when the process is gone; or an address of the process, where no file is known. STACK_RETURNED: the instruction
 * before is a call, of the function that the frame before is in.
 */
#pragma once

/* The kernel's helper for the caller's registers, and programs of so many instructions, are younger than others. */
#ifdef TAKES_STACKS
#include "unwind.bpf.h"


/* Bits of a frame of the process; from STACK_FILE_SHIFT on is the number of the file, below the offset. */
enum stack_frame { STACK_FILE_SHIFT = 36, STACK_RETURNED = 61, STACK_IN_FILE = 62 };

/* In the place of a tracer's number, of records that are no events. */
enum stack_records { UNKNOWN_FILE_RECORD = 0xfffe, STACK_RECORD = 0xffff };

/* The numbers are hashes that begin with this, so that nobody makes a program whose stacks have one number. */
struct stacks {
	__u64 seed[2];
	enum stack_end ends; /* not read: BTF holds only types that something mentions */
	enum unwind_limits limits;
	enum rule_kind kinds;
	enum stack_frame frames;
	enum stack_records records;
	enum fp_place fp_places;
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
	__u32 unused;
};
struct stack_record {
	struct stack_head head;
	__u64 frames[512]; /* those of the kernel first; as many as there are. More than there can be: a power of two */
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
		if (!__sync_fetch_and_add(&scratch->unwinding.users, 1))
			return scratch;
		__sync_fetch_and_add(&scratch->unwinding.users, -1);
	}
	return NULL;
}


static __always_inline void ask_for_file(struct unwinding *u, __u64 inode)
{
	struct unknown_file *unknown = &u->unknown;
	__u32 pid = u->pid;

	if (bpf_map_update_elem(&unwind_asked, &inode, &pid, BPF_NOEXIST))
		return;
	unknown->time = now();
	unknown->weight = 1;
	unknown->tracer = UNKNOWN_FILE_RECORD;
	unknown->cpu = this_cpu();
	unknown->inode = inode;
	unknown->pid = u->pid;
	if (bpf_ringbuf_output(&events, unknown, sizeof(*unknown), BPF_RB_FORCE_WAKEUP))
		bpf_map_delete_elem(&unwind_asked, &inode);
}

/* Where the thread left user mode. False: it never was there. */
static __always_inline bool begin_unwinding(struct unwinding *u)
{
	if (bpf_probe_read_kernel(u->registers, sizeof(u->registers), caller_registers()))
		return end_at(u, STACK_KERNEL_ONLY);
	u->pc = u->registers[SAVED_PC];
	u->sp = u->registers[SAVED_SP];
	u->fp = u->registers[SAVED_FP];
	return true;
}

/* The user's half, behind `kernel_frames` frames of the other. */
static __always_inline void unwind(struct stack_scratch *scratch, __u32 kernel_frames)
{
	struct unwinding *u = &scratch->unwinding;

	for (__u32 i = 0; i < UNWIND_FRAMES; i++) {
		__u64 *frame = &scratch->record.frames[(kernel_frames + i) & 511];

		*frame = u->pc | (__u64)u->returned << STACK_RETURNED;
		u->frames = i + 1;
		if (find_place(u))
			return;
		if (KNOWN(u)->file.id)
			*frame = 1ULL << STACK_IN_FILE | (__u64)u->returned << STACK_RETURNED |
				 (__u64)KNOWN(u)->file.id << STACK_FILE_SHIFT | (u->pc + KNOWN(u)->shift);
		if (find_rule(u) || leave_frame(u))
			return;
	}
	u->end = STACK_DEEP;
}

static __always_inline void take_user_frames(struct stack_scratch *scratch, __u32 kernel_frames)
{
	struct unwinding *u = &scratch->unwinding;
	struct task_struct *task = current_task();

	u->mm = BPF_CORE_READ(task, mm);
	u->pid = BPF_CORE_READ(task, tgid);
	u->returned = u->rule = u->next = u->frames = 0;
	u->before = 0;
	u->innermost = 1;
	u->end = STACK_COMPLETE;
	__builtin_memset(u->known, 0, sizeof(u->known));
	if (!begin_unwinding(u))
		return;
	if (!u->mm || (u->registers[SAVED_CS] & 3) != 3)
		u->end = STACK_KERNEL_ONLY;
	else if (u->registers[SAVED_CS] == COMPAT_CODE)
		u->end = STACK_32_BIT;
	else if (!has_mapping_tree())
		u->end = STACK_NO_MAPPINGS;
	else
		unwind(scratch, kernel_frames);
}

/* Of all frames and where they end; of who has them too, where an address is nothing without its process. */
__noinline int hash_stack(struct stack_scratch *scratch)
{
	__u64 first = stacks.seed[0], second = stacks.seed[1];
	__u32 frames;

	if (!scratch)
		return 0;
	frames = scratch->record.head.kernel_frames + scratch->record.head.user_frames;
	for (__u32 i = 0; i < UNWIND_KERNEL_FRAMES + UNWIND_FRAMES && i < frames; i++) {
		__u64 frame = scratch->record.frames[i & 511];

		first = (first ^ frame) * 0x9e3779b97f4a7c15ULL;
		first ^= first >> 29;
		second = (second + frame) * 0xbf58476d1ce4e5b9ULL;
		second ^= second >> 32;
	}
	scratch->hash[0] = first ^ scratch->record.head.end;
	scratch->hash[1] = second ^ scratch->record.head.pid;
	return 0;
}

/* Two stacks of one number: the younger one has the other half of its hash, and is sent each time. */
static __always_inline __u64 number_of_stack(struct stack_scratch *scratch, bool *known)
{
	__u64 *check;

	hash_stack(scratch);
	check = bpf_map_lookup_elem(&stacks_sent, &scratch->hash[0]);
	*known = check && *check == scratch->hash[1];
	return check && !*known ? scratch->hash[1] : scratch->hash[0];
}

static __always_inline __u64 send_stack(struct stack_scratch *scratch)
{
	struct stack_head *head = &scratch->record.head;
	__u32 size = (head->kernel_frames + head->user_frames) * sizeof(__u64) + sizeof(*head);
	bool known;

	head->id = number_of_stack(scratch, &known);
	if (known)
		return head->id;
	head->time = now();
	head->weight = 1;
	head->tracer = STACK_RECORD;
	head->cpu = this_cpu();
	if (size > sizeof(scratch->record) ||
	    bpf_ringbuf_output(&events, &scratch->record, size, BPF_RB_NO_WAKEUP)) {
		lose_stack(false);
		return 0;
	}
	bpf_map_update_elem(&stacks_sent, &scratch->hash[0], &scratch->hash[1], BPF_ANY);
	return head->id;
}

/* Of the current thread; 0: it was lost, and that is counted. */
__noinline ONLY_WITH("plan.stack_parts") __u64 take_stack(void)
{
	struct stack_scratch *scratch = claim_scratch();
	struct stack_head *head;
	long size = 0;
	__u64 id;

	if (!scratch) {
		lose_stack(true);
		return 0;
	}
	head = &scratch->record.head;
	if (plan.stack_parts & STACK_KERNEL)
		size = bpf_get_task_stack(current_task(), scratch->record.frames, UNWIND_KERNEL_FRAMES * 8, 0);
	head->kernel_frames = size > 0 ? size / 8 : 0;
	head->user_frames = 0;
	head->end = STACK_KERNEL_ONLY;
	if (plan.stack_parts & STACK_USER) {
		take_user_frames(scratch, head->kernel_frames);
		head->user_frames = scratch->unwinding.frames;
		head->end = scratch->unwinding.end;
	}
	head->pid = bpf_get_current_pid_tgid() >> 32;
	id = send_stack(scratch);
	__sync_fetch_and_add(&scratch->unwinding.users, -1);
	return id;
}
#endif

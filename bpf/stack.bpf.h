/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stack of the current thread, as a number: `stack` of struct caller. Its frames go to user space once, when they
 * are first met, ahead of the events that have that number.
 *
 * A frame is eight bytes: an address of the kernel; STACK_IN_FILE, a file's number and an offset in it, which mean the
 * same when the process is gone; STACK_PYTHON_FRAME, a function of Python, ahead of the frame of the interpreter's loop
 * that runs it; or an address of the process, where no file is known. STACK_RETURNED: the instruction before is a call,
 * of the function that the frame before is in.
 */
#pragma once

/* The kernel's helper for the caller's registers, and programs of so many instructions, are younger than others. */
#ifdef TAKES_STACKS
#include "python.bpf.h"
#include "repeat.bpf.h"
#include "unwind.bpf.h"

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
static __always_inline bool begin_unwinding(struct unwinding *u, struct task_struct *whose)
{
	struct pt_regs *saved = whose ? (void *)bpf_task_pt_regs(whose) : caller_registers();

	if (bpf_probe_read_kernel(u->registers, sizeof(u->registers), saved))
		return end_at(u, STACK_KERNEL_ONLY);
	u->pc = u->registers[SAVED_PC];
	u->sp = u->registers[SAVED_SP];
	u->fp = u->registers[SAVED_FP];
	return true;
}

static __always_inline void add_native_frame(struct stack_scratch *scratch, bool in_file)
{
	struct unwinding *u = &scratch->unwinding;
	__u64 frame = u->pc;

	if (!(plan.stack_parts & STACK_USER))
		return;
	if (in_file && KNOWN(u)->file.id)
		frame = 1ULL << STACK_IN_FILE | (__u64)KNOWN(u)->file.id << STACK_FILE_SHIFT |
			(u->pc + KNOWN(u)->shift);
	add_frame(scratch, frame | (__u64)u->returned << STACK_RETURNED);
}

/*
 * One step. Each is a function of its own, that calls none: before 6.10 each of a chain of calls takes 32 bytes of stack at
 * least, and some programs need most of the 512 that there are.
 */
struct stack_walk {
	struct stack_scratch *scratch;
	FOR_OTHERS(struct task_struct *whose;)
};

static STEP(unwind_step, struct stack_walk *walk)
{
	struct stack_scratch *scratch = walk->scratch;
	struct task_struct *whose = NULL;
	struct unwinding *u = &scratch->unwinding;

	FOR_OTHERS(whose = walk->whose;)
	switch (u->next) {
	case UNWIND_THREAD:
		return find_python_thread(u, whose);
	case UNWIND_FUNCTION:
		return add_python_function(scratch, whose);
	case UNWIND_CODE:
		return read_python_code(u, whose);
	case UNWIND_TEXT:
		return number_python_code(u);
	case UNWIND_PLACE:
		if (find_place(u)) {
			add_native_frame(scratch, false);
			return STEP_DONE;
		}
		if (plan.stack_parts & STACK_PYTHON && runs_python(u, whose)) {
			u->next = UNWIND_FUNCTION;
			return STEP_ON;
		}
		break;
	case UNWIND_RETURN:
		if (find_return(u, whose))
			return STEP_DONE;
		return STEP_ON;
	case UNWIND_NATIVE:
		break;
	}
	add_native_frame(scratch, true);
	u->next = UNWIND_PLACE;
	return find_rule(u) || leave_frame(u, whose) || u->frames >= UNWIND_FRAMES ? STEP_DONE : STEP_ON;
}

static __always_inline void take_user_frames(struct stack_scratch *scratch, struct task_struct *whose)
{
	struct unwinding *u = &scratch->unwinding;
	struct stack_walk walk = { .scratch = scratch };
	struct task_struct *task = thread_meant(whose);
	struct mm_struct___probed *mm;

	FOR_OTHERS(walk.whose = whose;)
	u->mm = BPF_CORE_READ(task, mm);
	mm = (void *)u->mm;
	u->pid = BPF_CORE_READ(task, tgid);
	u->tid = BPF_CORE_READ(task, pid);
	u->returned = u->rule = u->known_next = u->frames = 0;
	u->before = 0;
	u->trampoline = BPF_CORE_READ(mm, uprobes_state.xol_area, vaddr);
	u->innermost = 1;
	u->python.layout = u->python.end = 0;
	u->next = UNWIND_PLACE;
	u->end = STACK_DEEP; /* unless a step tells otherwise */
	__builtin_memset(u->known, 0, sizeof(u->known));
	if (!begin_unwinding(u, whose))
		return;
	if ((u->registers[SAVED_CS] & 3) != 3)
		u->end = STACK_KERNEL_ONLY;
	else if (u->registers[SAVED_CS] == COMPAT_CODE)
		u->end = STACK_32_BIT;
	else if (!mm || !BPF_CORE_READ(mm, start_code))
		u->end = STACK_NO_PROGRAM;
	else if (!has_mapping_tree())
		u->end = STACK_NO_MAPPINGS;
	else
		repeat(UNWIND_MOST_STEPS, unwind_step, &walk);
}

struct stack_hash {
	struct stack_scratch *scratch;
	__u64 first, second, its_own;
	__u32 frames;
};

static STEP(hash_frame, struct stack_hash *hash)
{
	__u64 frame;

	if (at >= hash->frames)
		return STEP_DONE;
	frame = hash->scratch->record.frames[at & (STACK_ROOM - 1)];
	hash->its_own |= ~(frame | frame << 1); /* none of the upper bits */
	hash->first = (hash->first ^ frame) * 0x9e3779b97f4a7c15ULL;
	hash->first ^= hash->first >> 29;
	hash->second = (hash->second + frame) * 0xbf58476d1ce4e5b9ULL;
	hash->second ^= hash->second >> 32;
	return STEP_ON;
}

/* Of all frames and where they end; of the process too, where an address is nothing without it. */
__noinline int hash_stack(struct stack_scratch *scratch)
{
	struct stack_hash hash = { scratch, stacks.seed[0], stacks.seed[1], 0, 0 };
	struct stack_head *head;

	if (!scratch)
		return 0;
	head = &scratch->record.head;
	hash.frames = head->kernel_frames + head->user_frames;
	repeat(UNWIND_KERNEL_FRAMES + UNWIND_FRAMES, hash_frame, &hash);
	hash.its_own = (hash.its_own >> 63) * head->pid;
	hash.first = (hash.first ^ hash.its_own) * 0x9e3779b97f4a7c15ULL;
	hash.second = (hash.second + hash.its_own) * 0xbf58476d1ce4e5b9ULL;
	scratch->hash[0] = (hash.first ^ head->end) | STACK_TAKEN;
	scratch->hash[1] = (hash.second ^ ((__u64)head->python_end << 32 | head->end)) | STACK_TAKEN;
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

/* And none of the process yet. */
static __always_inline void take_kernel_frames(struct stack_scratch *scratch, struct task_struct *whose)
{
	struct stack_head *head = &scratch->record.head;
	long size = 0;

#ifndef ON_USER_CODE
	if (plan.stack_parts & STACK_KERNEL)
		size = bpf_get_task_stack(thread_meant(whose), scratch->record.frames, UNWIND_KERNEL_FRAMES * 8, 0);
#endif
	head->kernel_frames = size > 0 ? size / 8 : 0;
	head->user_frames = 0;
	head->end = STACK_KERNEL_ONLY;
	head->python_end = PYTHON_COMPLETE;
	head->pid = BPF_CORE_READ(thread_meant(whose), tgid);
}

/* 0: it was lost, and that is counted. */
static __always_inline __u64 stack_of(struct task_struct *whose)
{
	struct stack_scratch *scratch = claim_scratch();
	struct stack_head *head;
	__u64 id;

	if (!scratch) {
		lose_stack(true);
		return 0;
	}
	head = &scratch->record.head;
	take_kernel_frames(scratch, whose);
	if (plan.stack_parts & (STACK_USER | STACK_PYTHON)) {
		take_user_frames(scratch, whose);
		head->user_frames = scratch->unwinding.frames;
		head->end = scratch->unwinding.end;
		head->python_end = scratch->unwinding.python.end;
	}
	id = send_stack(scratch);
	__sync_fetch_and_add(&scratch->unwinding.users, -1);
	return id;
}

/* Of the current thread. */
__noinline ONLY_WITH("plan.stack_parts") __u64 take_stack(void)
{
	return stack_of(NULL);
}

/* `whose`: as of bpf/unwind_tables.bpf.h. */
#define describe_stack_of(who, whose)                                                              \
	do {                                                                                       \
		if (caller_need(stack))                                                            \
			(who)->stack = stack_of(whose);                                            \
	} while (0)
#define has_no_stack(who, why) ((who)->stack = (why))
#else
#define describe_stack_of(who, whose) ((void)(who))
#define has_no_stack(who, why) ((void)(who))
#endif

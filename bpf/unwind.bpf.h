/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a frame of user code to its caller's, by tables of the file's own unwind information: no frame pointers are
 * needed.
 *
 * A place in the code is a file and an offset in it, which the process's mappings tell at the moment: so nothing has to
 * be known of the process beforehand, and what it forked, executed or loaded a moment ago is seen as it is. The tables
 * of a file are shared by all who map it, and go by the kernel's inode.
 *
 * Each step is a function, which leaves its stack to the next: all of a chain of calls have 512 bytes together.
 */
#pragma once
#include "kernel_user.bpf.h"
#include "unwind_tables.bpf.h"

/* Somebody runs a file that is not in `unwind_files`. */
static __always_inline void ask_for_file(struct unwinding *u, __u64 inode);

static __always_inline bool find_known(struct unwinding *u, __u64 pc)
{
	for (__u32 i = 0; i < UNWIND_MAPPINGS; i++) {
		if (pc - u->known[i].begin < u->known[i].end - u->known[i].begin) {
			u->mapping = i;
			return true;
		}
	}
	return false;
}

static __always_inline void find_file(struct unwinding *u, struct known_mapping *known)
{
	__u64 inode = known->inode; /* 6.1 takes no key from memory that a global function was given */
	struct unwind_file *file = bpf_map_lookup_elem(&unwind_files, &inode);

	if (file)
		known->file = *file;
	else
		ask_for_file(u, inode);
}

static __always_inline int end_at(struct unwinding *u, enum stack_end why)
{
	u->end = why;
	return 1;
}

static __always_inline int look_up(struct unwinding *u, __u64 pc)
{
	struct vm_area_struct *vma = mapping_at(&u->walk, u->mm, pc);
	struct mm_struct___vdso *mm = (void *)u->mm;
	struct known_mapping *known;

	u->mapping = u->known_next++;
	known = KNOWN(u);
	__builtin_memset(known, 0, sizeof(*known));
	known->begin = BPF_CORE_READ(vma, vm_start);
	known->end = BPF_CORE_READ(vma, vm_end);
	if (pc - known->begin >= known->end - known->begin) {
		known->end = known->begin;
		return end_at(u, STACK_UNMAPPED);
	}
	known->shift = (BPF_CORE_READ(vma, vm_pgoff) << 12) - known->begin;
	known->inode = (__u64)BPF_CORE_READ(vma, vm_file, f_inode);
	if (!known->inode && known->begin == (__u64)BPF_CORE_READ(mm, context.vdso)) {
		known->inode = VDSO_INODE;
		known->shift = -known->begin;
	}
	if (known->inode)
		find_file(u, known);
	return 0;
}

/* Which file, and which place in it, the frame's code is. 1: the stack ends here. */
static __noinline int find_place(struct unwinding *u)
{
	__u64 pc = u->pc - (u->returned ? 1 : 0);

	if (!find_known(u, pc) && look_up(u, pc))
		return 1;
	u->offset = pc + KNOWN(u)->shift;
	return 0;
}

static __always_inline __u32 row_at(__u32 number)
{
	__u32 chunk = number / UNWIND_CHUNK;
	struct unwind_rows *rows = bpf_map_lookup_elem(&unwind_rows, &chunk);

	return rows ? rows->row[number % UNWIND_CHUNK] : 0;
}

/* The rule for that place. 1: the stack ends here. */
static __noinline int find_rule(struct unwinding *u)
{
	struct unwind_page *page;
	__u32 at, low, first, last;

	u->rule = 0;
	if (!KNOWN(u)->inode)
		return 0; /* generated code */
	if (!KNOWN(u)->file.pages)
		return end_at(u, STACK_NO_TABLE);
	at = u->offset >> UNWIND_PAGE_BITS;
	if (at >= KNOWN(u)->file.pages)
		return end_at(u, STACK_NO_RULE);
	at += KNOWN(u)->file.first_page;
	page = bpf_map_lookup_elem(&unwind_pages, &at);
	if (!page)
		return end_at(u, STACK_NO_RULE);
	low = u->offset & ((1 << UNWIND_PAGE_BITS) - 1);
	first = page->first;
	last = first + page->count;
	at = first; /* the row behind the last one that begins at or before the place */
	for (int i = 0; i < UNWIND_STEPS + 1 && at < last; i++) {
		__u32 middle = at + (last - at) / 2;

		if ((row_at(middle) & 0xffff) <= low)
			at = middle + 1;
		else
			last = middle;
	}
	if (at == first)
		return end_at(u, STACK_NO_RULE);
	u->rule = row_at(at - 1) >> 16;
	return u->rule ? 0 : end_at(u, STACK_NO_RULE);
}

static __always_inline __u64 register_of(struct unwinding *u, __u8 number)
{
	if (number == 7)
		return u->sp;
	if (number == 6)
		return u->fp;
	return number < 16 ? u->registers[SAVED_BY_DWARF_NUMBER >> number * 4 & 15] : 0;
}

static __always_inline bool read_stack(struct task_struct *whose, __u64 *value, __u64 at)
{
	return !read_memory(whose, value, sizeof(*value), at);
}

/* All registers were saved when the signal came: its frame is where the trampoline's stack pointer is. */
static __always_inline int leave_signal(struct unwinding *u, struct task_struct *whose)
{
	if (read_memory(whose, u->registers, SIGNAL_REGISTERS * 8, u->sp + SIGNAL_REGISTERS_AT))
		return end_at(u, STACK_UNREADABLE);
	u->fp = u->registers[SIGNAL_FP];
	u->sp = u->registers[SIGNAL_SP];
	u->pc = u->registers[SIGNAL_PC];
	u->before = 0; /* it may have had a stack of its own */
	u->returned = 0;
	u->innermost = 0;
	return 0;
}

/* Where the frame is that called this one; 0: that cannot be told. */
static __always_inline __u64 frame_above(struct unwinding *u, struct task_struct *whose, const struct unwind_rule *rule)
{
	__u64 base = rule->kind == RULE_FP || rule->kind == RULE_FP_DEREF ? u->fp : u->sp;

	if (!base)
		return 0;
	switch (rule->kind) {
	case RULE_SP:
	case RULE_FP:
	case RULE_RETURN_IN_REGISTER:
		return base + rule->offset;
	case RULE_SP_DEREF:
	case RULE_FP_DEREF:
		return read_stack(whose, &base, base + rule->offset) ? base + rule->more : 0;
	case RULE_PLT:
		return base + rule->offset + ((u->pc & 15) >= (__u32)rule->more ? 8 : 0);
	case RULE_REG:
		return u->innermost ? register_of(u, rule->reg) + rule->offset : 0;
	}
	return 0;
}

static __always_inline bool restore_fp(struct unwinding *u, struct task_struct *whose, const struct unwind_rule *rule,
				       __u64 above)
{
	switch (rule->fp_saved) {
	case FP_AT_CFA:
		return read_stack(whose, &u->fp, above + rule->fp_offset);
	case FP_AT_FP:
		return read_stack(whose, &u->fp, u->fp + rule->fp_offset);
	case FP_LOST:
		u->fp = 0;
	}
	return true;
}

/* Code that no file has keeps frame pointers, or its callers cannot be told. */
static __always_inline int follow_frame_pointer(struct unwinding *u, struct task_struct *whose)
{
	__u64 saved[2];

	if (u->fp - u->sp > 1 << 20 || read_memory(whose, saved, sizeof(saved), u->fp))
		return end_at(u, STACK_GENERATED);
	u->sp = u->fp + sizeof(saved);
	u->fp = saved[0];
	u->pc = saved[1];
	u->before = u->sp;
	u->returned = 1;
	u->innermost = 0;
	return 0;
}

/* From the frame to its caller's. 1: the stack ends here. */
static __noinline int leave_frame(struct unwinding *u, struct task_struct *whose)
{
	struct unwind_rule *rule;
	__u64 above, back;
	__u32 number;

	if (!u->rule)
		return follow_frame_pointer(u, whose);
	number = u->rule;
	rule = bpf_map_lookup_elem(&unwind_rules, &number);
	if (!rule)
		return end_at(u, STACK_NO_RULE);
	if (rule->kind == RULE_ROOT)
		return end_at(u, STACK_COMPLETE);
	if (rule->kind == RULE_SIGNAL)
		return leave_signal(u, whose);
	above = frame_above(u, whose, rule);
	if (!above)
		return end_at(u, STACK_NO_RULE);
	if (above <= u->before || above < u->sp)
		return end_at(u, STACK_CORRUPT);
	if (rule->kind == RULE_RETURN_IN_REGISTER)
		back = register_of(u, rule->reg);
	else if (!read_stack(whose, &back, above - 8))
		return end_at(u, STACK_UNREADABLE);
	if (!restore_fp(u, whose, rule, above))
		return end_at(u, STACK_UNREADABLE);
	u->pc = back;
	u->sp = u->before = above;
	u->returned = 1;
	u->innermost = 0;
	if (u->trampoline && back == u->trampoline)
		u->next = UNWIND_RETURN;
	return back ? 0 : end_at(u, STACK_COMPLETE);
}

/* Where the function returns to in truth: the kernel knows, by where its return address is (kernel/events/uprobes.c). */
static __noinline int find_return(struct unwinding *u, struct task_struct *whose)
{
	struct task_struct___probed *task = (void *)thread_meant(whose);
	struct return_instance *instance;

	u->next = UNWIND_PLACE;
	instance = BPF_CORE_READ(task, utask, return_instances);
	for (int i = 0; i < UNWIND_RETURNS && instance; i++) {
		if (BPF_CORE_READ(instance, stack) == u->sp - 8) {
			u->pc = BPF_CORE_READ(instance, orig_ret_vaddr);
			return 0;
		}
		instance = BPF_CORE_READ(instance, next);
	}
	return end_at(u, STACK_NO_RETURN);
}

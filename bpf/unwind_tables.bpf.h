/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/unwind.bpf.h goes by: the rules of each file's code, which user space makes of its unwind information
 * (src/unwind/table.h), and the state of a stack that is being unwound.
 */
#pragma once
#include "mapping_at.bpf.h"
#include "python_tables.bpf.h"
#include "registers.bpf.h"

enum unwind_limits {
	UNWIND_FRAMES = 1024,
	UNWIND_KERNEL_FRAMES = 127, /* sysctl kernel.perf_event_max_stack, as it is unless somebody sets it */
	UNWIND_CHUNK = 256, /* rows of one value of the map */
	UNWIND_PAGE_BITS = 16,
	UNWIND_STEPS = 16, /* of a search within a page */
	UNWIND_MAPPINGS = 4,
	UNWIND_SLOTS = 3,
	UNWIND_RETURNS = 64, /* that a thread's probes can wait for at once */
	UNWIND_MOST_STEPS = 3000, /* of a stack: one for each frame, and for some of Python three more */
};

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

/* arch/x86/include/asm/mmu.h: code that the kernel has put into each process; it is in no file */
typedef struct {
	void *vdso;
} mm_context_t;

struct mm_struct___vdso {
	mm_context_t context;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

enum { VDSO_INODE = 1 }; /* where no inode is */

/* How a caller is found; src/unwind/table.h says what each means. */
enum rule_kind {
	RULE_UNKNOWN,
	RULE_SP,
	RULE_FP,
	RULE_SP_DEREF,
	RULE_FP_DEREF,
	RULE_PLT,
	RULE_SIGNAL,
	RULE_ROOT,
	RULE_REG,
	RULE_RETURN_IN_REGISTER,
};

/* Where the caller's rbp is. */
enum fp_place { FP_KEPT, FP_AT_CFA, FP_AT_FP, FP_LOST };

struct unwind_rule {
	__u8 kind; /* enum rule_kind */
	__u8 reg;
	__u8 fp_saved; /* enum fp_place */
	__u8 unused;
	__s32 offset, more, fp_offset;
};

/* Why a stack has no more frames. */
enum stack_end {
	STACK_COMPLETE,
	STACK_DEEP,        /* more than UNWIND_FRAMES */
	STACK_UNMAPPED,    /* nothing is mapped where the code should be */
	STACK_NO_TABLE,    /* the file's table is not there (yet) */
	STACK_NO_RULE,     /* its table does not tell of this place */
	STACK_GENERATED,   /* code that no file has, without a frame pointer */
	STACK_UNREADABLE,  /* memory of the stack */
	STACK_CORRUPT,     /* a caller's frame that is not above the callee's */
	STACK_NO_MAPPINGS, /* this kernel's mappings cannot be walked */
	STACK_32_BIT,
	STACK_NO_RETURN,   /* a probe catches the return, and who called is not known */
	STACK_KERNEL_ONLY, /* a thread of the kernel, or the process's part was not asked for */
	STACK_INTERRUPT,   /* it came upon a thread that has no part in it */
	STACK_NO_PROGRAM,  /* what the registers are of is gone: at its end, and in execve until the new one begins */
};

struct unwind_file {
	__u32 id;
	__u32 first_page;
	__u32 pages;
	__u32 python; /* 1 + its place in python_layouts; 0: it is no interpreter */
};

/* By the address of the kernel's inode. Inserted and removed by user space, which keeps the files open. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct unwind_file);
} unwind_files SEC(".maps") SHARED FOR_STACKS DOC("files that stacks can be unwound through");

/* 64 KiB of a file: which rows tell of them. Written by user space before the file is inserted. */
struct unwind_page {
	__u32 first, count;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_page);
} unwind_pages SEC(".maps") SHARED FOR_STACKS DOC("where the rows of each 64 KiB of a file are");

/* A row: the offset in its page, and above it the rule from there on. Values of many, as each takes eight bytes at least. */
struct unwind_rows {
	__u32 row[UNWIND_CHUNK];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_rows);
} unwind_rows SEC(".maps") SHARED FOR_STACKS DOC("where which rule begins");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_rule);
} unwind_rules SEC(".maps") SHARED FOR_STACKS DOC("how callers are found");

/* A mapping that a frame of this stack was in: the next one often is, too. */
struct known_mapping {
	__u64 begin, end;
	__u64 shift; /* from an address to the offset in the file */
	__u64 inode; /* 0: no file */
	struct unwind_file file; /* .pages 0: no table */
};

/* As the kernel writes it for a signal: struct ucontext and its sigcontext, arch/x86/include/uapi/asm. */
enum { SIGNAL_REGISTERS_AT = 40, SIGNAL_REGISTERS = 17, SIGNAL_FP = 10, SIGNAL_SP = 15, SIGNAL_PC = 16 };
/* The order of struct pt_regs, arch/x86/include/asm/ptrace.h; and where in it each register is that DWARF numbers. */
enum { SAVED_REGISTERS = 21, SAVED_FP = 4, SAVED_PC = 16, SAVED_CS = 17, SAVED_SP = 19, COMPAT_CODE = 0x23 };
#define SAVED_BY_DWARF_NUMBER 0x0123678900ed5bcaULL /* of 0 to 15, four bits each; those of rbp and rsp are not used */

/* A record for user space: a file that has no table, and a process that runs it. */
struct unknown_file {
	__u64 time;
	__u32 weight;
	__u16 tracer;
	__u16 cpu;
	__u64 inode;
	__u32 pid;
	__u32 unused;
};

/* What is done next. */
enum unwind_next {
	UNWIND_PLACE,    /* find the frame's place, */
	UNWIND_THREAD,   /* the state of its thread, where it is of an interpreter, */
	UNWIND_FUNCTION, /* a function that it runs, */
	UNWIND_CODE,     /* that one's text, */
	UNWIND_TEXT,     /* and the number of that; */
	UNWIND_NATIVE,   /* add it, and go to its caller's; */
	UNWIND_RETURN,   /* who that is, where a probe catches the return */
};

struct unwinding {
	__u64 users; /* programs that claim it; one alone may have it */
	__u64 pc, sp, fp;
	__u64 registers[SAVED_REGISTERS]; /* of the innermost frame; of a signal's, in the order of that */
	__u64 offset; /* of pc in its file */
	struct mm_struct *mm;
	__u32 pid, tid;
	__u32 innermost; /* the registers are those of the frame */
	__u32 returned; /* pc is where a call comes back to: it is made before */
	__u32 rule;
	__u32 mapping; /* of known */
	__u32 known_next; /* place of known to be taken */
	enum stack_end end;
	__u32 frames;
	__u32 slot; /* of the scratch that this is in */
	enum unwind_next next;
	__u64 before; /* the stack pointer of the frame before */
	__u64 trampoline; /* where functions return to whose return a probe catches; 0: none does */
	struct tree_walk walk;
	struct unknown_file unknown;
	struct known_mapping known[UNWIND_MAPPINGS];
	struct python_walk python;
};

/*
 * Of `whose`, a parameter of much that follows: the thread that the stack is of, where it is not the current one (NULL).
 * Memory of another process only programs can read that may sleep; those define READS_OTHERS. Elsewhere nothing is left
 * of it, as there is no stack to spare.
 */
#ifdef READS_OTHERS
#define FOR_OTHERS(words) words
#else
#define FOR_OTHERS(words)
#endif

static __always_inline struct task_struct *thread_meant(struct task_struct *whose)
{
	FOR_OTHERS(if (whose) return whose;)
	return current_task();
}

static __always_inline long read_memory(struct task_struct *whose, void *to, __u32 size, __u64 at)
{
	FOR_OTHERS(if (whose) return bpf_copy_from_user_task(to, size, (void *)at, whose, 0);)
	return bpf_probe_read_user(to, size, (void *)at);
}

#define KNOWN(u) (&(u)->known[(u)->mapping & (UNWIND_MAPPINGS - 1)])

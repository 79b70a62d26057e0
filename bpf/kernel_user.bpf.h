/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel as user-space probes meet it, beside kernel.bpf.h. What follows ___ is not part of a name (CO-RE). */
#pragma once
#include "kernel.bpf.h"

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct xol_area {
	unsigned long vaddr; /* the trampoline's page */
};

struct uprobes_state {
	struct xol_area *xol_area;
};

struct mm_struct___probed {
	struct uprobes_state uprobes_state;
	unsigned long start_code; /* 0 until execve is about to begin the program (fs/binfmt_elf.c) */
};

struct thread_struct {
	unsigned long fsbase;
};

/* A return that the kernel waits for, of a function whose return address was at `stack`. The last one comes first. */
struct return_instance {
	unsigned long stack;
	unsigned long orig_ret_vaddr;
	struct return_instance *next;
};

struct uprobe_task {
	unsigned int depth; /* returns that the kernel waits for */
	struct return_instance *return_instances;
};

struct task_struct___probed {
	struct thread_struct thread;
	struct uprobe_task *utask;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

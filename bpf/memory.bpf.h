/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of the current process: include/linux/mm_types.h, struct mm_struct. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>

struct memory {
	pointer_t code_start DOC("start of the program's text");
	pointer_t code_end DOC("end of the program's text");
	pointer_t stack_start DOC("start of the stack: it grows down from here");
	bytes_t stack_size DOC("size of the stack") ZERO_IS_UNKNOWN;
};

static __always_inline struct mm_struct *own_memory(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, mm);
}

static __always_inline struct memory memory_bounds(void)
{
	struct mm_struct *mm = own_memory();

	return (struct memory){
		.code_start = BPF_CORE_READ(mm, start_code),
		.code_end = BPF_CORE_READ(mm, end_code),
		.stack_start = BPF_CORE_READ(mm, start_stack),
		.stack_size = BPF_CORE_READ(mm, stack_vm) << 12,
	};
}

/* The program that runs; of a script its interpreter. */
static __always_inline struct file *own_executable(void)
{
	struct mm_struct *mm = own_memory();

	return BPF_CORE_READ(mm, exe_file);
}

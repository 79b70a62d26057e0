/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The current task. Where the kernel vouches for it (bpf_get_current_task_btf, 5.11; here since 5.17, with
 * bpf_loop) its members are loaded as from any struct; elsewhere each is a call that copies it.
 *
 * A call costs 10 ns where the processor has to be kept from guessing returns (Safe RET), as much as 40
 * instructions. So clang is told that this one gives the same each time: a program makes it once.
 */
#pragma once
#include "kernel.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifdef PLUMB_HOST
#define current_task() bpf_get_current_task_btf()
#elif defined(PLUMB_LOOP_HELPER) /* by their numbers in include/uapi/linux/bpf.h: enum bpf_func_id */
static struct task_struct *(*const current_task)(void) __attribute__((const)) = (void *)158;
#else
static struct task_struct *(*const current_task)(void) __attribute__((const)) = (void *)35;
#endif

#ifdef PLUMB_LOOP_HELPER
#define task_member(task, member) ((task)->member)
#else
#define task_member(task, member) BPF_CORE_READ(task, member)
#endif

/* As bpf_get_current_pid_tgid: the process in the upper half, the thread in the lower. */
static __always_inline __u64 current_id(void)
{
#ifdef PLUMB_LOOP_HELPER
	struct task_struct *task = current_task();

	return (__u64)task->tgid << 32 | (__u32)task->pid;
#else
	return bpf_get_current_pid_tgid();
#endif
}

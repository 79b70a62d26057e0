/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The current task. Where the kernel vouches for it (bpf_get_current_task_btf, 5.11; here since 5.17, with
 * bpf_loop) its members are loaded as from any struct; elsewhere each is a call that copies it.
 *
 * A call costs 18 ns where the processor has to be kept from guessing returns (Safe RET), as much as 80
 * instructions. So clang is told that this one gives the same each time: a program makes it once. And where the
 * kernel does not vouch for what is only read, there need be none at all: current_view(). No program changes its CPU.
 */
#pragma once
#include "kernel.bpf.h"
#include "kernel_function.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifdef PLUMB_HOST
#define this_cpu()     bpf_get_smp_processor_id()
#else
static __u32 (*const this_cpu)(void) __attribute__((const)) = (void *)8; /* bpf_get_smp_processor_id */
#endif

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

enum current_numbers { MOST_CPUS = 512 };

/*
 * Where each CPU keeps its current task (arch/x86/include/asm/current.h). Written before the load, by
 * src/kernel/current.cpp, which has tried on each CPU that its task is there.
 */
struct current_places {
	__u32 holder; /* the kernel's number of struct rcuwait, which is a pointer to a task; 0: not known */
	/* Not read: BTF holds only types that something mentions. */
	enum current_numbers numbers;
	enum kernel_function functions;
	__u32 unused;
	__u64 of_cpu[MOST_CPUS];
};
const volatile struct current_places current_places = {};

#if defined(PLUMB_LOOP_HELPER) && !defined(PLUMB_HOST)
/*
 * What is at an address of the kernel, as a struct of this type: to be read like any, but not to be passed to
 * the kernel. The verifier puts a move in the place of bpf_rdonly_cast.
 */
static void *(*const kernel_object)(__u64 address, __u32 type) = (void *)KERNEL_bpf_rdonly_cast;
#endif

/* The current task to read from, without a call where its place is known. */
static __always_inline struct task_struct *current_view(void)
{
#if defined(PLUMB_LOOP_HELPER) && !defined(PLUMB_HOST)
	if (current_places.holder) {
		__u64 at = current_places.of_cpu[this_cpu() & (MOST_CPUS - 1)];

		return *(struct task_struct **)kernel_object(at, current_places.holder);
	}
#endif
	return current_task();
}

/* As bpf_get_current_pid_tgid: the process in the upper half, the thread in the lower. */
static __always_inline __u64 id_of(struct task_struct *task)
{
	return (__u64)task_member(task, tgid) << 32 | (__u32)task_member(task, pid);
}

static __always_inline __u64 current_id(void)
{
#ifdef PLUMB_LOOP_HELPER
	return id_of(current_view());
#else
	return bpf_get_current_pid_tgid();
#endif
}

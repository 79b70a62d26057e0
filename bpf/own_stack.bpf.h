/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A stack for each task, for programs on user code.
 *
 * Since 6.13 the kernel gives a program that needs more than 64 bytes of stack one for each CPU, as it lets no program of
 * this type in upon itself; but for those on user code it has no such guard, and where they can be preempted two
 * tasks write to one stack: calls then had the arguments of other threads. It does so to no program that has a tail call
 * (check_max_stack_depth, kernel/bpf/verifier.c), so these have one, which is never made.
 */
#pragma once
#include "kernel_user.bpf.h"

#if defined(PLUMB_LOOP_HELPER) && !defined(PLUMB_HOST)
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} no_programs SEC(".maps") DOC("nothing; it keeps the stacks of tasks apart");
const volatile bool never = false;
#define keep_own_stack(ctx)                                                                        \
	do {                                                                                       \
		if (never)                                                                         \
			bpf_tail_call(ctx, &no_programs, 0);                                       \
	} while (0)
#else
#define keep_own_stack(ctx) ((void)(ctx))
#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loops of many steps, so that the verifier walks a step once and not once per turn.
 *
 *	static STEP(next_name, struct walk *walk)
 *	{
 *		...
 *		return STEP_ON;	// or STEP_DONE, to end here
 *	}
 *
 *	repeat(PATH_DEPTH, next_name, &walk);
 *
 * `at` counts the steps from 0. The context lies on the stack. Every object is compiled twice: for
 * kernels with bpf_loop (5.17), and for older ones, whose verifier has to walk each turn of a loop
 * (src/kernel/embedded.h).
 */
#pragma once
#include "kernel.bpf.h"
#include <bpf/bpf_helpers.h>

enum { STEP_ON, STEP_DONE };

#ifdef PLUMB_LOOP_HELPER
#define STEP(name, context)	    __noinline long name(__u32 at, context)
#define repeat(most, step, context) bpf_loop(most, step, context, 0)
#else
#define STEP(name, context) __always_inline long name(__u32 at, context)
#define repeat(most, step, context)                                                                \
	do {                                                                                       \
		for (__u32 at_ = 0; at_ < (most); at_++) {                                         \
			if (step(at_, context) == STEP_DONE)                                       \
				break;                                                             \
		}                                                                                  \
	} while (0)
#endif

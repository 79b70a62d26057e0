/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of futex that wait for a lock of the program. */
#pragma once
#include "registers.bpf.h"

#define FUTEX_CALL    202  /* arch/x86/entry/syscalls/syscall_64.tbl */
#define FUTEX_COMMAND 0x7f /* without the options private and clock_realtime; 13 is the last */

/* include/uapi/linux/futex.h: the word of a lock that the kernel hands over has its holder, and that somebody waits */
#define FUTEX_WAITERS  0x80000000U
#define FUTEX_TID_MASK 0x3fffffff

/* And calls that wait. */
enum futex_operation {
	FUTEX_WAIT = 0,
	FUTEX_LOCK_PI = 6,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAIT_REQUEUE_PI = 11,
	FUTEX_LOCK_PI2 = 13,
};

#define WAITS                                                                                      \
	(1 << FUTEX_WAIT | 1 << FUTEX_LOCK_PI | 1 << FUTEX_WAIT_BITSET |                           \
	 1 << FUTEX_WAIT_REQUEUE_PI | 1 << FUTEX_LOCK_PI2)

/* Of the call that these registers are of. */
static __always_inline enum futex_operation operation_of(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, si) & FUTEX_COMMAND;
}

static __always_inline bool is_wait(enum futex_operation operation)
{
	return operation <= FUTEX_LOCK_PI2 && WAITS & 1 << operation;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a signal was sent: si_code, under the names of include/uapi/asm-generic/siginfo.h.
 *
 * What the kernel finds out itself is numbered anew for each signal: 1 is SEGV_MAPERR of SIGSEGV and
 * CLD_EXITED of SIGCHLD. Such a value here is made of both, so that it has one name.
 */
#pragma once
#include "kernel.bpf.h"

/* arch/x86/include/uapi/asm/signal.h: the signals with codes of their own. */
enum {
	SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8,
	SIGSEGV = 11, SIGCHLD = 17, SIGPOLL = 29, SIGSYS = 31,
};
#define CODE_OF(signal, code) ((signal) << 8 | (code))

enum signal_code {
	CODE_USER = 0,
	CODE_QUEUE = -1,
	CODE_TIMER = -2,
	CODE_MESGQ = -3,
	CODE_ASYNCIO = -4,
	CODE_SIGIO = -5,
	CODE_TKILL = -6,
	CODE_DETHREAD = -7,
	CODE_ASYNCNL = -60,
	CODE_OTHER = 1, /* none that the kernel has: user space may send any */
	CODE_KERNEL = 0x80,

	CODE_ILL_ILLOPC = CODE_OF(SIGILL, 1),
	CODE_ILL_ILLOPN = CODE_OF(SIGILL, 2),
	CODE_ILL_ILLADR = CODE_OF(SIGILL, 3),
	CODE_ILL_ILLTRP = CODE_OF(SIGILL, 4),
	CODE_ILL_PRVOPC = CODE_OF(SIGILL, 5),
	CODE_ILL_PRVREG = CODE_OF(SIGILL, 6),
	CODE_ILL_COPROC = CODE_OF(SIGILL, 7),
	CODE_ILL_BADSTK = CODE_OF(SIGILL, 8),
	CODE_ILL_BADIADDR = CODE_OF(SIGILL, 9),
	CODE_ILL_BREAK = CODE_OF(SIGILL, 10),
	CODE_ILL_BNDMOD = CODE_OF(SIGILL, 11),

	CODE_TRAP_BRKPT = CODE_OF(SIGTRAP, 1),
	CODE_TRAP_TRACE = CODE_OF(SIGTRAP, 2),
	CODE_TRAP_BRANCH = CODE_OF(SIGTRAP, 3),
	CODE_TRAP_HWBKPT = CODE_OF(SIGTRAP, 4),
	CODE_TRAP_UNK = CODE_OF(SIGTRAP, 5),
	CODE_TRAP_PERF = CODE_OF(SIGTRAP, 6),

	CODE_BUS_ADRALN = CODE_OF(SIGBUS, 1),
	CODE_BUS_ADRERR = CODE_OF(SIGBUS, 2),
	CODE_BUS_OBJERR = CODE_OF(SIGBUS, 3),
	CODE_BUS_MCEERR_AR = CODE_OF(SIGBUS, 4),
	CODE_BUS_MCEERR_AO = CODE_OF(SIGBUS, 5),

	CODE_FPE_INTDIV = CODE_OF(SIGFPE, 1),
	CODE_FPE_INTOVF = CODE_OF(SIGFPE, 2),
	CODE_FPE_FLTDIV = CODE_OF(SIGFPE, 3),
	CODE_FPE_FLTOVF = CODE_OF(SIGFPE, 4),
	CODE_FPE_FLTUND = CODE_OF(SIGFPE, 5),
	CODE_FPE_FLTRES = CODE_OF(SIGFPE, 6),
	CODE_FPE_FLTINV = CODE_OF(SIGFPE, 7),
	CODE_FPE_FLTSUB = CODE_OF(SIGFPE, 8),
	CODE_FPE_DECOVF = CODE_OF(SIGFPE, 9),
	CODE_FPE_DECDIV = CODE_OF(SIGFPE, 10),
	CODE_FPE_DECERR = CODE_OF(SIGFPE, 11),
	CODE_FPE_INVASC = CODE_OF(SIGFPE, 12),
	CODE_FPE_INVDEC = CODE_OF(SIGFPE, 13),
	CODE_FPE_FLTUNK = CODE_OF(SIGFPE, 14),
	CODE_FPE_CONDTRAP = CODE_OF(SIGFPE, 15),

	CODE_SEGV_MAPERR = CODE_OF(SIGSEGV, 1),
	CODE_SEGV_ACCERR = CODE_OF(SIGSEGV, 2),
	CODE_SEGV_BNDERR = CODE_OF(SIGSEGV, 3),
	CODE_SEGV_PKUERR = CODE_OF(SIGSEGV, 4),
	CODE_SEGV_ACCADI = CODE_OF(SIGSEGV, 5),
	CODE_SEGV_ADIDERR = CODE_OF(SIGSEGV, 6),
	CODE_SEGV_ADIPERR = CODE_OF(SIGSEGV, 7),
	CODE_SEGV_MTEAERR = CODE_OF(SIGSEGV, 8),
	CODE_SEGV_MTESERR = CODE_OF(SIGSEGV, 9),
	CODE_SEGV_CPERR = CODE_OF(SIGSEGV, 10),

	CODE_CLD_EXITED = CODE_OF(SIGCHLD, 1),
	CODE_CLD_KILLED = CODE_OF(SIGCHLD, 2),
	CODE_CLD_DUMPED = CODE_OF(SIGCHLD, 3),
	CODE_CLD_TRAPPED = CODE_OF(SIGCHLD, 4),
	CODE_CLD_STOPPED = CODE_OF(SIGCHLD, 5),
	CODE_CLD_CONTINUED = CODE_OF(SIGCHLD, 6),

	CODE_POLL_IN = CODE_OF(SIGPOLL, 1),
	CODE_POLL_OUT = CODE_OF(SIGPOLL, 2),
	CODE_POLL_MSG = CODE_OF(SIGPOLL, 3),
	CODE_POLL_ERR = CODE_OF(SIGPOLL, 4),
	CODE_POLL_PRI = CODE_OF(SIGPOLL, 5),
	CODE_POLL_HUP = CODE_OF(SIGPOLL, 6),

	CODE_SYS_SECCOMP = CODE_OF(SIGSYS, 1),
	CODE_SYS_USER_DISPATCH = CODE_OF(SIGSYS, 2),
};

/* Its codes of its own: 1 to this. */
const volatile __u8 own_codes[] = {
	[SIGILL] = 11,
	[SIGTRAP] = 6,
	[SIGBUS] = 5,
	[SIGFPE] = 15,
	[SIGSEGV] = 10,
	[SIGCHLD] = 6,
	[SIGPOLL] = 6,
	[SIGSYS] = 2,
};

/* Those of SIGPOLL are also of every signal without codes of its own (kernel/signal.c, siginfo_layout). */
static __always_inline enum signal_code signal_code(__u64 signal, int code)
{
	if (code == CODE_KERNEL || code == CODE_ASYNCNL || (code >= CODE_DETHREAD && code <= CODE_USER))
		return code;
	barrier_var(signal); /* kernels before 6.5 lose the bound of a 32-bit comparison */
	if (signal >= sizeof(own_codes) || !own_codes[signal])
		signal = SIGPOLL;
	barrier_var(signal);
	if (signal >= sizeof(own_codes) || code < 1 || code > own_codes[signal])
		return CODE_OTHER;
	return CODE_OF(signal, code);
}

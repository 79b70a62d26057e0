// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// signal: every signal that is sent, by whom, to whom, and what became of it.
//
// signal_generate fires in the sender, once the kernel has decided the signal's fate: it knows both sides.
// What the kernel sends (a fault, a child's end, a timer) has the task that ran then as its sender; the
// code tells.
//
// Cost:  under a microsecond per signal.
// Blind: what a handler then does; signals taken by signalfd or sigwait look like any other.
#include "tracer.bpf.h"
#include "signal_code.bpf.h"

/* include/trace/events/signal.h */
enum signal_effect {
	EFFECT_DELIVERED = 0,
	EFFECT_IGNORED = 1,
	EFFECT_ALREADY_PENDING = 2,
	EFFECT_OVERFLOW = 3,
	EFFECT_LOST_INFO = 4,
};

EVENT(signal, "a signal that is sent") {
	struct caller who             DOC("the sender, or whoever ran when the kernel sent it");
	signal_t signal               KEY DOC("the signal");
	enum signal_code code         KEY DETAIL DOC("why: kill, tgkill, a timer, which fault, what became of a child (si_code of sigaction(2))");
	enum signal_effect effect     KEY DOC("delivered, ignored, or one like it was pending already");
	process_id_t target           KEY DOC("the process that gets it");
	process_id_t target_tid       DETAIL DOC("the thread it was sent to");
	bool     whole_process        DETAIL DOC("any thread of the process may take it");
	__u8     unused[3];
	char     target_comm[16]      KEY PRIVACY(open) DOC("its name");
};

/* In place of the siginfo stand 0, as of kill, and 1, as of the kernel. */
static __always_inline enum signal_code why(int number, struct kernel_siginfo *info)
{
	unsigned long at = (unsigned long)info;

	return at == 0 ? CODE_USER : at == 1 ? CODE_KERNEL : signal_code(number, BPF_CORE_READ(info, si_code));
}

SEC("tp_btf/signal_generate") SERVES("signals")
int BPF_PROG(on_signal, int number, struct kernel_siginfo *info, struct task_struct *task, int group,
	     int result)
{
	struct signal e = {};

	if (!caller_or_process(&e.who, BPF_CORE_READ(task, tgid)))
		return 0;
	e.signal = number;
	e.code = why(number, info);
	e.effect = result;
	e.target = BPF_CORE_READ(task, tgid);
	e.target_tid = BPF_CORE_READ(task, pid);
	e.whole_process = group ? 1 : 0;
	BPF_CORE_READ_STR_INTO(&e.target_comm, task, comm);
	return emit(ctx, &e);
}

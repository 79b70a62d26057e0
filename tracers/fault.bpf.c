// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// fault: page faults that had to wait for a disk: whose, how long, and for which part of which file.
//
// Every fault goes through handle_mm_fault, with the mapping that it lies in. A major one does at least twice: the
// first time it starts the reading, lets go of the mapping and is told to come again. That is one fault
// here, and it is major where the kernel counts it so (mm_account_fault). No tracepoint tells either, nor
// when a fault ends; kretprobes run out where many wait. So where fexit is not allowed nothing is seen.
//
// Cost:  some 300 ns for every fault of who is traced, minor ones too, and 50 ns for those of others.
// Blind: faults outside of any mapping, which end in SIGSEGV: the tracer signal sees those. No file is told where
//        the kernel has let go of the mapping for good, as it does to slow down who writes too fast.
#include "tracer.bpf.h"
#include "host_view.bpf.h"
#include "state.bpf.h"

enum fault_kind { FAULT_MINOR, FAULT_MAJOR };
enum fault_access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXEC };

EVENT(fault, "a page fault", VIEW("who.comm,path", "count,sum(latency),p99(latency),max(latency)")) {
	struct caller who;
	enum fault_kind kind     KEY DOC("major: it waited for a disk");
	enum fault_access access KEY DOC("what was about to be done there");
	signal_t signal          KEY DETAIL DOC("what the program got instead of the page: SIGBUS where the file has none there");
	bool remote              DETAIL DOC("not by the program's own instruction: in a system call, or in another process's memory");
	__u8 unused[3];
	pointer_t address        DOC("the page");
	bytes_t offset           DOC("where in the file it is");
	ns_t latency             DOC("from the fault to the page");
	text_t path              KEY PRIVACY(path) DOC("the file; nothing where the memory has none");
	struct host_view host    DETAIL DOC("where the host sees it, if elsewhere");
};

KNOB(bool, minor, false, "also minor faults, which wait for nothing");

/*
 * include/linux/mm_types.h: bits of enum fault_flag are 0 write, 5 tried before, 6 by the program itself, 8
 * execution; of enum vm_fault_reason 1 SIGBUS, 2 major, 4 and 5 poisoned, 6 SIGSEGV.
 */
enum { RESULT_RETRY = 1 << 10, RESULT_COMPLETED = 1 << 14 /* has let go of the mapping, and need not come again */ };

struct pending {
	__u64 began, address, thread;
	__u32 flags;
	bool again; /* was told to come again */
};

/*
 * By the task's address. Inserted when a fault begins, removed when it ends; kept while it is to come again. What
 * a thread that is killed then leaves is overwritten by the next one at its address. Full: lost_state_full.
 * Not a THREAD_STATE: kernels after 6.18 make those only on processors with cmpxchg16b, which emulated ones may lack.
 */
STATE(faults, struct pending, 65536, "faults under way");

SEC("fentry/handle_mm_fault") SERVES("faults")
int BPF_PROG(on_fault, struct vm_area_struct *area, unsigned long address, unsigned int flags)
{
	struct pending fault = { .address = address, .thread = bpf_get_current_pid_tgid(), .flags = flags };
	struct pending *before;

	if (!is_target(fault.thread >> 32, OF_THREAD)) /* a hit only if it is a major one */
		return 0;
	before = recall(faults, bpf_get_current_task());
	if (before && before->again && before->address == address && before->thread == fault.thread)
		fault.began = before->began;
	else
		fault.began = now();
	remember(faults, bpf_get_current_task(), fault);
	return 0;
}

/* Without branches: 5.10's verifier walks the path's loops anew for each combination of values that it can tell apart. */
static __always_inline void describe_fault(struct fault *e, const struct pending *pending, __u32 result)
{
	const __u32 flags = pending->flags, exec = flags >> 8 & 1;

	e->latency = now() - pending->began;
	e->kind = (result >> 2 | flags >> 5) & 1;
	e->access = exec << 1 | (flags & ~exec & 1);
	e->signal = ((result >> 1 | result >> 4 | result >> 5) & 1) * 7 + (result >> 6 & 1) * 11;
	e->remote = ~flags >> 6 & 1;
	e->address = pending->address;
}

SEC("fexit/handle_mm_fault") SERVES("their end")
int BPF_PROG(on_end, struct vm_area_struct *area, unsigned long address, unsigned int flags, void *regs, int result)
{
	struct pending *pending = recall(faults, bpf_get_current_task());
	struct fault e = {};
	struct file *file;
	struct tail *tail;

	if (!pending)
		return 0;
	pending->again = result & RESULT_RETRY;
	if (pending->again)
		return 0;
	describe_fault(&e, pending, result);
	pending->began = 0;
	forget(faults, bpf_get_current_task());
	if ((e.kind == FAULT_MINOR && !minor) || !current_caller(&e.who))
		return 0;
	file = result & RESULT_COMPLETED ? NULL : BPF_CORE_READ(area, vm_file);
	if (file)
		e.offset = address - BPF_CORE_READ(area, vm_start) + (BPF_CORE_READ(area, vm_pgoff) << 12);
	tail = open_tail(&e);
	if (!tail)
		return 0;
	if (file)
		view_file(fault, &e, tail, file);
	return emit_tail(ctx, &e, tail);
}

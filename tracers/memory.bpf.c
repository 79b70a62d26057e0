// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// memory: what a process maps and unmaps: each call that changes its memory, and what that made of its size.
//
// The calls have no function in common that a tracer may rely on, so they are picked out of all system
// calls by number. What was passed is still in the caller's registers when a call returns and its
// result is known: only the size before it has to be remembered.
//
// Cost:  about a microsecond per call that is traced, and some 100 ns for every system call of the machine.
// Blind: what comes about without such a call: the mappings of execve, the stack's growth, shmat, io_uring;
//        32-bit programs. Growth is that of the address space: resident pages come with page faults. It
//        is the whole process's, so what other threads did meanwhile is in it.
#include "tracer.bpf.h"
#include "host_view.bpf.h"
#include "mapping.bpf.h"
#include "state.bpf.h"

EVENT(memory, "a call that changes a process's memory") {
	struct caller who                  DETAIL_PART(user);
	enum memory_call operation         KEY DOC("the call");
	errno_t error                      KEY DOC("why it failed; ENOMEM where brk left the break as it was");
	pointer_t address                  DETAIL DOC("where the memory is; of brk, the break afterwards");
	bytes_t size                       DOC("how much of it was asked for");
	change_t growth                    DOC("what the process's address space grew by; it shrank where negative");
	bytes_t mapped                     DETAIL DOC("the process's address space afterwards");
	ns_t latency                       DOC("how long it took");
	enum memory_protection protection  DETAIL BITS DOC("of mmap and mprotect");
	enum mapping_flags flags           DETAIL BITS DOC("of mmap and mremap");
	enum memory_advice advice          KEY DETAIL DOC("of madvise");
	descriptor_t fd                    DETAIL DOC("of mmap: the file's descriptor, or -1");
	text_t path                        KEY PRIVACY(path) DOC("of mmap: the file, as the process sees it");
	struct host_view host              DETAIL DOC("where the host sees it, if elsewhere");
};

struct call {
	__u64 began, pages, brk;
};

/* Inserted when a call begins, removed when it returns, as every call does. Full: lost_state_full. */
STATE(calls, struct call, 16384, "calls under way");

static __always_inline bool changes_memory(__u64 number)
{
	return (number >= CALL_MMAP && number <= CALL_BRK) || number == CALL_MREMAP || number == CALL_MADVISE;
}

SEC("raw_tp/sys_enter") SERVES("calls")
int on_call(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct call call = {};

	if (!changes_memory(ctx[1]) || BPF_CORE_READ(task, thread_info.status) & TS_COMPAT || !span_begins())
		return 0;
	call.pages = BPF_CORE_READ(task, mm, total_vm);
	call.brk = BPF_CORE_READ(task, mm, brk);
	call.began = now();
	remember(calls, bpf_get_current_pid_tgid(), call);
	return 0;
}

/* mmap(at, bytes, protection, flags, fd), mprotect(at, bytes, protection), munmap(at, bytes),
   mremap(at, old bytes, bytes, flags), madvise(at, bytes, advice), brk(at) */
static __always_inline void what_was_asked(struct memory *e, struct pt_regs *regs, __u64 brk)
{
	__u64 third = BPF_CORE_READ(regs, dx), fourth = BPF_CORE_READ(regs, r10);

	e->address = BPF_CORE_READ(regs, di);
	e->size = BPF_CORE_READ(regs, si);
	if (e->operation == CALL_BRK) /* brk(0) only asks where the break is */
		e->size = !e->address ? 0 : e->address > brk ? e->address - brk : brk - e->address;
	if (e->operation == CALL_MREMAP)
		e->size = third, e->flags = (fourth & 5) << 28 | (fourth & 2) << 3;
	if (e->operation == CALL_MADVISE)
		e->advice = third;
	if (e->operation == CALL_MMAP || e->operation == CALL_MPROTECT)
		e->protection = third;
	if (e->operation == CALL_MMAP)
		e->flags = fourth & 0x3ffffff, e->fd = fourth & MAP_ANONYMOUS ? -1 : BPF_CORE_READ(regs, r8);
}

static __always_inline void what_became(struct memory *e, __s64 result)
{
	const bool moves = e->operation == CALL_MMAP || e->operation == CALL_MREMAP;

	if (e->operation == CALL_BRK) /* the break afterwards, also when it could not be moved */
		e->error = e->address && e->address != (__u64)result ? ENOMEM : 0;
	else if (result < 0 && result >= -4095)
		e->error = -result;
	if (e->operation == CALL_BRK || (moves && !e->error))
		e->address = result;
}

SEC("raw_tp/sys_exit") SERVES("their outcome")
int on_return(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct task_struct *task = (void *)bpf_get_current_task();
	struct memory e = { .operation = BPF_CORE_READ(regs, orig_ax), .advice = MADV_NONE, .fd = -1 };
	struct call *call = changes_memory(e.operation) ? recall(calls, bpf_get_current_pid_tgid()) : NULL;
	struct tail *tail;

	if (!call)
		return 0;
	e.latency = now() - call->began;
	e.mapped = BPF_CORE_READ(task, mm, total_vm) << 12;
	e.growth = e.mapped - (call->pages << 12);
	what_was_asked(&e, regs, call->brk);
	what_became(&e, ctx[1]);
	forget(calls, bpf_get_current_pid_tgid());
	if (!current_caller(&e.who))
		return 0;
	tail = open_tail(&e);
	if (!tail)
		return 0;
	/* these two may come before the file was looked at */
	if (e.fd >= 0 && e.error != EBADF && e.error != EINVAL)
		view_file(memory, &e, tail, file_of(e.fd));
	return emit_tail(ctx, &e, tail);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// open: every attempt to open a file: how it was called, where that is, and why it failed.
//
// do_sys_openat2 is where open, openat, openat2 and creat meet. Where the kernel lets nobody watch its
// functions, all system calls are, and these picked out. What was passed is read from the caller's
// registers when the call returns: then the name is in memory, and the file that was opened tells where
// it really is.
//
// Cost:  about two microseconds per attempt. Without fentry and kprobes also some 100 ns for every
//        system call of the machine.
// Blind: io_uring, and 32-bit programs. Of a failed attempt the absolute path is put together from
//        what was passed: links in it are not resolved.
#include "tracer.bpf.h"
#include "args.bpf.h"
#include "host_view.bpf.h"
#include "state.bpf.h"

EVENT(open, "an attempt to open a file") {
	struct caller who;
	errno_t error         KEY DOC("why it failed; 0 when the file was opened");
	descriptor_t fd       DETAIL DOC("the descriptor it got; -1 when it failed");
	enum open_flags flags KEY DETAIL BITS DOC("how it was to be opened; reading, where neither wronly nor rdwr");
	permissions_t mode    DETAIL DOC("permissions of a file that this creates");
	ns_t latency          DOC("how long it took");
	text_t path           KEY PRIVACY(path) DOC("the file, as it was passed");
	text_t absolute       DETAIL PRIVACY(path) DOC("where it is, as the process sees it");
	struct host_view host DETAIL DOC("where the host sees it, if elsewhere");
};

/* Inserted when a call begins, removed when it returns, as every call does. Full: lost_state_full. */
STATE(opens, __u64, 16384, "attempts under way");

struct call {
	int folder;
	__u64 name, flags, mode;
};

/* arch/x86/entry/syscalls/syscall_64.tbl */
static __always_inline bool is_open(long number)
{
	return number == 2 || number == 85 || number == 257 || number == 437;
}

static __always_inline struct call what_was_passed(struct pt_regs *regs)
{
	struct call call = { .folder = AT_FDCWD };
	long number = BPF_CORE_READ(regs, orig_ax);
	__u64 di = BPF_CORE_READ(regs, di), si = BPF_CORE_READ(regs, si);
	__u64 dx = BPF_CORE_READ(regs, dx), how[2] = {};

	call.name = number < 257 ? di : si;
	if (number == 85) /* creat(name, mode) */
		call.flags = OPEN_CREAT | OPEN_WRONLY | OPEN_TRUNC, call.mode = si;
	else if (number == 2) /* open(name, flags, mode) */
		call.flags = si, call.mode = dx;
	if (number < 257)
		return call;
	call.folder = di;
	call.flags = dx, call.mode = BPF_CORE_READ(regs, r10); /* openat(folder, name, flags, mode) */
	if (number == 437 && !bpf_probe_read_user(how, sizeof(how), (void *)dx))
		call.flags = how[0], call.mode = how[1]; /* openat2(folder, name, how, size) */
	return call;
}

static __always_inline int begins(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pt_regs *regs = caller_registers();
	__u64 began = now();

	if (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT || !is_open(BPF_CORE_READ(regs, orig_ax)))
		return 0;
	if (span_begins())
		remember(opens, bpf_get_current_pid_tgid(), began);
	return 0;
}

/* The result is an int: do_sys_openat2 returned a long until it returned one (7.3). */
static __always_inline int returns(void *ctx, int result)
{
	__u64 *began = recall(opens, bpf_get_current_pid_tgid());
	struct call call = what_was_passed(caller_registers());
	struct open e = { .fd = result < 0 ? -1 : result, .error = error_of(result) };
	struct tail *tail;

	if (!began)
		return 0;
	e.latency = now() - *began;
	forget(opens, bpf_get_current_pid_tgid());
	if (!current_caller(&e.who))
		return 0;
	e.flags = call.flags;
	e.mode = call.flags & OPEN_CREAT ? call.mode : 0;
	tail = open_tail(&e);
	if (!tail)
		return 0;
	if (wants(open, path))
		e.path = user_text(tail, call.name);
	if (wants(open, absolute))
		e.absolute = e.error ? path_of_name(tail, call.folder, call.name) :
				       path_of_file(tail, file_of(e.fd));
	if (wants_any(open, host) && !e.error)
		e.host = view_of_host(tail, file_of(e.fd)); /* none when another thread has closed it */
	return emit_tail(ctx, &e, tail);
}

#define ON(name, section, purpose, action)                                                         \
	SEC(section) SERVES(purpose) int name(void *ctx)                                           \
	{                                                                                          \
		return action;                                                                     \
	}
ON(on_open, "fentry/do_sys_openat2", "attempts", begins())
ON(on_open_k, "kprobe/do_sys_openat2", "attempts", begins())
ON(on_open_r, "raw_tp/sys_enter", "attempts", is_open(((__s64 *)ctx)[1]) ? begins() : 0)
ON(on_return, "fexit/do_sys_openat2", "their outcome", returns(ctx, ((__s64 *)ctx)[3]))
ON(on_return_k, "kretprobe/do_sys_openat2", "their outcome", returns(ctx, probe_result(ctx)))
ON(on_return_r, "raw_tp/sys_exit", "their outcome", returns(ctx, ((__s64 *)ctx)[1]))

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// file: every call that reads, writes or syncs a regular file: which, how much, how long, and how far it went.
//
// What was passed is read from the caller's registers when the call returns; whether it concerns a regular file is
// asked when it begins. A thread submits its own block I/O: any of it during a call tells that the cache did not do;
// and when it slept without, it waited: mostly for what an earlier call had the kernel read ahead.
//
// Cost:  one to three microseconds per call on a regular file, 100 ns per read or write of anything else, and
//        some 200 ns for every system call of the machine.
// Blind: io_uring and aio, memory that is mapped, 32-bit programs, sync and syncfs. I/O that others do for a
//        call is not counted to it, as of a journal's thread.
#define file file___kernel /* the kernel's own struct: CO-RE cuts the name again, and the event is `file` */
#include "tracer.bpf.h"
#include "args.bpf.h"
#include "host_view.bpf.h"
#include "file_calls.bpf.h"
#include "state.bpf.h"
#undef file

enum reached { REACHED_UNKNOWN, REACHED_CACHE, REACHED_DEVICE, REACHED_WAITED };

EVENT(file, "a call that reads, writes or syncs a regular file",
      VIEW("who.comm,operation", "count,sum(size),p50(latency),p99(latency),max(latency)")) {
	struct caller who DETAIL_PART(user);
	enum file_operation operation KEY DOC("what was to be done");
	errno_t error   KEY DETAIL DOC("why it failed; 0 when it did not");
	ns_t latency    DOC("how long it took");
	bytes_t size    DOC("how much was read or written; of fallocate and sync_file_range, asked for");
	bytes_t offset  DETAIL DOC("where in the file it began");
	count_t ios     DETAIL DOC("block I/Os that the thread itself submitted meanwhile");
	enum reached reached KEY DOC("device: the thread submitted block I/O, to wait for it or to read ahead; waited: it did not, but slept: for what was on its way already, or for a lock; cache: neither; unknown: neither, and it failed or the file system has no block device");
	descriptor_t fd DETAIL DOC("the descriptor that was passed");
	text_t path     KEY PRIVACY(path) DOC("where the file is, as the process sees it; empty when it was closed meanwhile");
	struct host_view host DETAIL DOC("where the host sees it, if elsewhere");
};

struct io {
	__u64 began, ios, sleeps;
	struct file___kernel *file;
	int fd, argument; /* that has the descriptor */
};
/* By thread: inserted when a call begins, removed when it returns, as every call does. Full: lost_state_full. */
STATE(calls, struct io, 16384, "calls under way");

/* Of an overlay asked of the file below, whose pages these are. */
static __always_inline enum reached how_far(struct file___kernel *file, const struct io *io)
{
	if (io->ios || io->sleeps != own_sleeps())
		return io->ios ? REACHED_DEVICE : REACHED_WAITED;
	return BPF_CORE_READ(file, f_mapping, host, i_sb, s_bdev) ? REACHED_CACHE : REACHED_UNKNOWN;
}

SEC("tp_btf/sys_enter") SERVES("calls")
int BPF_PROG(on_call, struct pt_regs *regs, long number)
{
	struct shape shape = shape_of(number);
	struct io begun = { .argument = shape.descriptor };

	if (!shape.operation || is_compat())
		return 0;
	begun.file = file_of(begun.fd = argument(regs, begun.argument));
	if (shape.other && !is_regular(begun.file))
		begun.file = file_of(begun.fd = argument(regs, begun.argument = shape.other));
	if (!is_regular(begun.file) || !span_begins())
		return 0;
	begun.sleeps = own_sleeps();
	begun.began = now();
	remember(calls, bpf_get_current_pid_tgid(), begun);
	return 0;
}

SEC("tp_btf/block_bio_queue") SERVES("what goes to a block device")
int BPF_PROG(on_bio)
{
	struct io *io = recall(calls, bpf_get_current_pid_tgid());

	if (io)
		io->ios++;
	return 0;
}

static __always_inline int send(void *ctx, struct file *e, struct io *io)
{
	struct tail *tail = open_tail(e);

	if (!tail)
		return 0;
	if (file_of(io->fd) == io->file)
		view_file(file, e, tail, io->file);
	return emit_tail(ctx, e, tail);
}

SEC("tp_btf/sys_exit") SERVES("their outcome")
int BPF_PROG(on_return, struct pt_regs *regs, long result)
{
	struct shape shape = shape_of(BPF_CORE_READ(regs, orig_ax));
	struct io *io = shape.operation ? recall(calls, bpf_get_current_pid_tgid()) : NULL, done;
	struct file___kernel *file;
	struct file e = { .operation = shape.operation, .error = error_of(result), .size = result < 0 ? 0 : result };

	if (!io)
		return 0;
	done = *io;
	file = done.file;
	e.latency = now() - done.began;
	forget(calls, bpf_get_current_pid_tgid());
	if (!current_caller(&e.who))
		return 0;
	e.fd = done.fd;
	e.ios = done.ios;
	if (wants(file, reached) && (!e.error || done.ios))
		e.reached = how_far(file, &done);
	if (wants(file, offset))
		e.offset = place(regs, shape, done.argument, file, e.size);
	if (shape.size && !e.error)
		e.size = argument(regs, shape.size);
	return send(ctx, &e, &done);
}

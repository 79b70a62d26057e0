// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// fs: every change to the tree of files: names, folders, links, owners, modes, sizes, mounts; and why it failed.
//
// These are many system calls of one shape: an operation on one name or two, each below a folder that was
// passed or the working folder. A table says where each call has them. They are read from the caller's
// registers when the call returns: then the names are in memory.
//
// Cost:  two to five microseconds per change, and some 200 ns for every system call of the machine. Where the
//        host's view is asked for and differs, about two more with a dozen mounts.
// Blind: io_uring, 32-bit programs, what open creates or cuts (see `open`), times and attributes. What fsopen
//        and fsmount make is seen when move_mount places it. A name has no file yet, or no more, so links in it
//        are not resolved. The host's view follows the mounts that a name leads through, but is none of names
//        with "..", or of 1 KiB and more, and where more than 512 mounts would have to be looked at.
#include "tracer.bpf.h"
#include "args.bpf.h"
#include "fs_calls.bpf.h"
#include "state.bpf.h"

EVENT(fs, "a change to the tree of files") {
	struct caller who   DETAIL_PART(user);
	enum fs_operation operation KEY DOC("what was to be done");
	errno_t error       KEY DOC("why it failed; 0 when it was done");
	ns_t latency        DOC("how long it took");
	bytes_t size        DETAIL UNLESS(operation, 4) DOC("of truncate: the size asked for");
	permissions_t mode  DETAIL DOC("of chmod, mkdir and mknod: the permissions asked for");
	user_t owner        DETAIL DOC("of chown: the user asked for; nothing where it stays as it was");
	group_t group       DETAIL DOC("of chown: the group asked for; nothing where it stays as it was");
	__u8 unused[4];
	text_t path         KEY PRIVACY(path) DOC("as it was passed; where it is, if a descriptor was; of symlink the text in it, of mount what is mounted");
	text_t new_path     KEY PRIVACY(path) DOC("the second, as it was passed: of rename and links the new one, of mount where");
	text_t absolute     DETAIL PRIVACY(path) DOC("where the first is, as the process sees it; empty for the texts of symlink and mount");
	text_t new_absolute DETAIL PRIVACY(path) DOC("where the second is");
	struct host_view host DETAIL DOC("where the host sees the first, if elsewhere; not of mounts");
	struct host_view new_host DETAIL DOC("where the host sees the second");
};

/* When a thread's change began. Inserted then, removed when the call returns, as all do. Full: lost_state_full. */
STATE(changes, __u64, 16384, "changes under way");

static __always_inline void what_was_asked(struct fs *e, __u64 number, __u64 value, __u64 next)
{
	if (number == SYS_UNLINKAT && value & AT_REMOVEDIR)
		e->operation = FS_RMDIR;
	if (number == SYS_RENAMEAT2 && value & RENAME_EXCHANGE)
		e->operation = FS_EXCHANGE;
	if (e->operation == FS_TRUNCATE)
		e->size = value;
	if (e->operation == FS_MKDIR || e->operation == FS_MKNOD || e->operation == FS_CHMOD)
		e->mode = (__u16)value; /* umode_t */
	else
		e->mode = NO_PERMISSIONS;
	e->owner = e->operation == FS_CHOWN ? value : NOBODY;
	e->group = e->operation == FS_CHOWN ? next : NOBODY;
}

static __always_inline int send(void *ctx, struct fs *e, struct pt_regs *regs, struct shape shape)
{
	struct tail *tail = open_tail(e);

	if (!tail)
		return 0;
	if (wants(fs, absolute) || (!shape.name && wants(fs, path)))
		e->absolute = place(tail, regs, shape.folder, shape.name, !e->error);
	if (wants(fs, path))
		e->path = shape.name ? user_text(tail, argument(regs, shape.name)) : e->absolute;
	if (wants(fs, new_absolute) && shape.new_name)
		e->new_absolute = place(tail, regs, shape.new_folder, shape.new_name, !e->error);
	if (wants(fs, new_path) && shape.new_name)
		e->new_path = user_text(tail, argument(regs, shape.new_name));
	if (wants_any(fs, host) && shape.operation < FS_MOUNT)
		e->host = host_place(tail, regs, shape.folder, shape.name, !e->error);
	if (wants_any(fs, new_host) && shape.operation < FS_MOUNT && shape.new_name)
		e->new_host = host_place(tail, regs, shape.new_folder, shape.new_name, !e->error);
	return emit_tail(ctx, e, tail);
}

SEC("tp_btf/sys_enter") SERVES("changes")
int BPF_PROG(on_call, struct pt_regs *regs, long number)
{
	__u64 began;

	if (!shape_of(number).operation || is_compat() || !span_begins())
		return 0;
	began = now();
	remember(changes, bpf_get_current_pid_tgid(), began);
	return 0;
}

SEC("tp_btf/sys_exit") SERVES("their outcome")
int BPF_PROG(on_return, struct pt_regs *regs, long result)
{
	__u64 number = BPF_CORE_READ(regs, orig_ax);
	struct shape shape = shape_of(number);
	struct fs e = { .operation = shape.operation, .error = error_of(result) };
	__u64 *began = shape.operation ? recall(changes, bpf_get_current_pid_tgid()) : NULL;

	if (!began)
		return 0;
	e.latency = now() - *began;
	forget(changes, bpf_get_current_pid_tgid());
	if (!current_caller(&e.who))
		return 0;
	what_was_asked(&e, number, argument(regs, shape.value), argument(regs, shape.value + 1));
	return send(ctx, &e, regs, shape);
}

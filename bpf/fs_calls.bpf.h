/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The system calls that change the tree of files, in which of their arguments they have what, and where that is. */
#pragma once
#include "host_name.bpf.h"
#include "registers.bpf.h"
#include <bpf/bpf_helpers.h>

/* Bit 4: it asks for no size. */
enum fs_operation {
	FS_TRUNCATE = 1,
	FS_UNLINK = 16, FS_RMDIR, FS_MKDIR, FS_MKNOD, FS_LINK, FS_SYMLINK, FS_RENAME, FS_EXCHANGE,
	FS_CHMOD, FS_CHOWN, FS_MOUNT, FS_MOVE_MOUNT, FS_UMOUNT, FS_PIVOT_ROOT,
};

/* Which arguments a call has it in, from 1. Folder 0: the working folder. Name 0: the folder itself. */
struct shape {
	__u8 operation, folder, name, new_folder, new_name, value;
};
enum { NO_PATH = 7 }; /* in place of a folder: the name is a text that need be no path */
#define ONE(operation, folder, name, value) { FS_##operation, folder, name, 0, 0, value }
#define TWO(operation, folder, name, new_folder, new_name) \
	{ FS_##operation, folder, name, new_folder, new_name, 5 /* flags, of renameat2 */ }

/* arch/x86/entry/syscalls/syscall_64.tbl */
enum { SYS_UNLINKAT = 263, SYS_RENAMEAT2 = 316, SYS_LAST = 452 /* fchmodat2 */ };
enum { AT_REMOVEDIR = 0x200, RENAME_EXCHANGE = 2 }; /* their flags: include/uapi/linux/fcntl.h, fs.h */
static const struct shape shapes[SYS_LAST + 1] = {
	[87] = ONE(UNLINK, 0, 1, 0), [SYS_UNLINKAT] = ONE(UNLINK, 1, 2, 3), [84] = ONE(RMDIR, 0, 1, 0),
	[83] = ONE(MKDIR, 0, 1, 2), [258] = ONE(MKDIR, 1, 2, 3),
	[133] = ONE(MKNOD, 0, 1, 2), [259] = ONE(MKNOD, 1, 2, 3),
	[86] = TWO(LINK, 0, 1, 0, 2), [265] = TWO(LINK, 1, 2, 3, 4),
	[88] = TWO(SYMLINK, NO_PATH, 1, 0, 2), [266] = TWO(SYMLINK, NO_PATH, 1, 2, 3),
	[82] = TWO(RENAME, 0, 1, 0, 2), [264] = TWO(RENAME, 1, 2, 3, 4), [SYS_RENAMEAT2] = TWO(RENAME, 1, 2, 3, 4),
	[76] = ONE(TRUNCATE, 0, 1, 2), [77] = ONE(TRUNCATE, 1, 0, 2),
	[90] = ONE(CHMOD, 0, 1, 2), [91] = ONE(CHMOD, 1, 0, 2), [268] = ONE(CHMOD, 1, 2, 3), [452] = ONE(CHMOD, 1, 2, 3),
	[92] = ONE(CHOWN, 0, 1, 2), [93] = ONE(CHOWN, 1, 0, 2), [94] = ONE(CHOWN, 0, 1, 2), [260] = ONE(CHOWN, 1, 2, 3),
	[165] = TWO(MOUNT, NO_PATH, 1, 0, 2), [429] = TWO(MOVE_MOUNT, 1, 2, 3, 4), [166] = ONE(UMOUNT, 0, 1, 0),
	[155] = TWO(PIVOT_ROOT, 0, 1, 0, 2),
};

static __always_inline struct shape shape_of(__u64 number)
{
	barrier_var(number); /* kernels before 6.5 lose the bound of a 32-bit comparison */
	return number <= SYS_LAST ? shapes[number] : (struct shape){};
}

/* An empty name stands for the descriptor itself, where the call takes it (AT_EMPTY_PATH). */
static __always_inline text_t place(struct tail *tail, struct pt_regs *regs, __u32 folder, __u32 name, bool done)
{
	int descriptor = folder ? (int)argument(regs, folder) : AT_FDCWD;
	__u64 at = argument(regs, name);
	char first = 0;

	if (folder == NO_PATH || (name && bpf_probe_read_user(&first, 1, (void *)at)))
		return (text_t){};
	return path_of_name(tail, descriptor, first || !done ? at : 0);
}

/* The same as the host sees it. */
static __always_inline struct host_view host_place(struct tail *tail, struct pt_regs *regs, __u32 folder, __u32 name,
						    bool done)
{
	int descriptor = folder ? (int)argument(regs, folder) : AT_FDCWD;
	__u64 at = argument(regs, name);
	struct path *from = descriptor == AT_FDCWD ? cwd_of_process() : path_in(file_of(descriptor));
	char first = 0;

	if (folder == NO_PATH || (name && bpf_probe_read_user(&first, 1, (void *)at)))
		return (struct host_view){};
	if (!first && name && !done)
		return (struct host_view){};
	return view_of_name(tail, first == '/' ? root_of_process() : from, first ? at : 0);
}

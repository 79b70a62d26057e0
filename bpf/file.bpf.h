/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths of a process's files, and of names that it passes, as it sees them itself. */
#pragma once
#include "descriptor.bpf.h"
#include "kernel_io.bpf.h"
#include "path.bpf.h"

/* include/uapi/linux/fcntl.h */
#define AT_FDCWD -100

/* include/uapi/asm-generic/fcntl.h; a value without WRONLY and RDWR opens for reading */
enum open_flags {
	OPEN_RDONLY = 0,
	OPEN_WRONLY = 1,
	OPEN_RDWR = 2,
	OPEN_CREAT = 0100,
	OPEN_EXCL = 0200,
	OPEN_NOCTTY = 0400,
	OPEN_TRUNC = 01000,
	OPEN_APPEND = 02000,
	OPEN_NONBLOCK = 04000,
	OPEN_DSYNC = 010000,
	OPEN_ASYNC = 020000,
	OPEN_DIRECT = 040000,
	OPEN_LARGEFILE = 0100000,
	OPEN_DIRECTORY = 0200000,
	OPEN_NOFOLLOW = 0400000,
	OPEN_NOATIME = 01000000,
	OPEN_CLOEXEC = 02000000,
	OPEN_SYNC = 04010000,
	OPEN_PATH = 010000000,
	OPEN_TMPFILE = 020200000,
};

/* Not a folder, device, pipe or socket; nor an eventfd and the like, which since 6.16 say they were
 * files. */
static __always_inline bool is_regular(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	return (BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFREG &&
	       !(BPF_CORE_READ(inode, i_flags) & S_ANON_INODE);
}

static __always_inline struct path *path_in(struct file *file)
{
	return (void *)file + bpf_core_field_offset(struct file, f_path);
}

static __always_inline struct path *root_of_process(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	return (void *)fs + bpf_core_field_offset(struct fs_struct, root);
}

static __always_inline struct path *cwd_of_process(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	return (void *)fs + bpf_core_field_offset(struct fs_struct, pwd);
}

/* Where an open file is: symbolic links, "..", bind mounts and all are resolved. Nowhere: no file. */
static __always_inline text_t path_of_file(struct tail *tail, struct file *file)
{
	return path_text(tail, path_in(file), root_of_process());
}

/*
 * Where a name that was passed points: below the folder `descriptor` or the working folder, or as
 * it stands when it begins with a slash. Nothing in it is resolved. No name, NULL: the file
 * `descriptor` itself. Nowhere: that is no open file, or one without a place.
 */
static __always_inline text_t path_of_name(struct tail *tail, int descriptor, __u64 name)
{
	char first = 0;
	text_t folder, rest;
	char *to;

	bpf_probe_read_user(&first, 1, (void *)name);
	if (name && (first == '/' || !first))
		return user_text(tail, name);
	folder = path_text(tail,
			   descriptor == AT_FDCWD ? cwd_of_process() : path_in(file_of(descriptor)),
			   root_of_process());
	to = tail_room(tail, TEXT_BYTES + 1);
	if (!name || !to || folder.size == 0)
		return folder;
	if (folder.size > 1) { /* the root has its slash */
		to[0] = '/';
		tail->used += 1;
		folder.size += 1;
		folder.whole += 1;
	}
	rest = user_text(tail, name);
	folder.size += rest.size;
	folder.whole += rest.whole;
	return folder;
}

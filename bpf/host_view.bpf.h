/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files as the host sees them, of processes that see them elsewhere: in another mount namespace, or
 * below another root.
 *
 * Where another namespace has mounted the same file system is not to be found in the kernel's trees.
 * So an event carries the file system's device and the path in it, and user space adds where the
 * host has mounted it (src/resolve/mounts.h). "The host" is whoever runs plumb.
 */
#pragma once
#include "file.bpf.h"

typedef __u32 file_system_t TAG("format:device"); /* dev_t as the kernel has it inside */

struct host_view {
	file_system_t device ALSO_DETAIL(mount, mount) DETAIL ZERO_IS_UNKNOWN PRIVACY(path)
		DOC("its file system: the device, and where the host has mounted it, or as /mnt[/srv] folders of it; where the process does not see what the host sees");
	__u8 unused[4];
	text_t path PRIVACY(path) DETAIL DOC("where it is in that file system");
};

static __always_inline bool sees_as_host(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct path *root = root_of_process();
	struct inode *inode = BPF_CORE_READ(root, dentry, d_inode);

	return BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) == targeting.mount_ns &&
	       BPF_CORE_READ(inode, i_ino) == targeting.root_inode &&
	       BPF_CORE_READ(inode, i_sb, s_dev) == targeting.root_device;
}

/* None of a path in no file, as of a descriptor that is not open. */
static __always_inline struct host_view view_of_path(struct tail *tail, struct path *path)
{
	struct host_view view = {};
	struct dentry *dentry = BPF_CORE_READ(path, dentry);

	if (!dentry || sees_as_host() || is_alone(dentry, BPF_CORE_READ(path, mnt)))
		return view;
	view.device = BPF_CORE_READ(dentry, d_sb, s_dev);
	view.path = path_in_file_system(tail, path);
	return view;
}

/* Of an open file. */
static __always_inline struct host_view view_of_host(struct tail *tail, struct file *file)
{
	return view_of_path(tail, path_in(file));
}

/* Both views of an open file, for an event `e` with the fields `path` and `host`. */
#define view_file(event, e, tail, file)                                                            \
	do {                                                                                       \
		if (wants(event, path))                                                            \
			(e)->path = path_of_file(tail, file);                                      \
		if (wants_any(event, host))                                                        \
			(e)->host = view_of_host(tail, file);                                      \
	} while (0)

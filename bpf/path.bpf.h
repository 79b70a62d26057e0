/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths from dentries, as the task itself would see them: up to its root, across mounts.
 *
 * At most PATH_DEPTH components; a deeper path begins with "..." instead of "/".
 */
#pragma once
#include "tail.bpf.h"

/* Steps include the mount points that are crossed, which add no component. */
#define PATH_STEPS (PATH_DEPTH + 16)

static __always_inline void leave_mount(struct path_walk *walk, struct vfsmount *mnt)
{
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	struct mount *above = BPF_CORE_READ(mount, mnt_parent);

	walk->complete = above == mount;
	walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mnt = (void *)above + bpf_core_field_offset(struct mount, mnt);
}

/*
 * An index that kernels before 6.5 believe: they lose the bound of a 32-bit comparison on the way to
 * the address ("R8 unbounded memory access"), and clang drops a mask that it can prove idle.
 */
static __always_inline __u64 name_index(__u64 at)
{
	barrier_var(at);
	return at & (PATH_DEPTH - 1);
}

static __always_inline void path_step(struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct vfsmount *mnt = walk->mnt;
	__u32 at = walk->count;

	if (dentry == walk->root && mnt == walk->root_mnt) {
		walk->complete = 1;
	} else if (parent == dentry || dentry == BPF_CORE_READ(mnt, mnt_root)) {
		leave_mount(walk, mnt);
	} else {
		if (at < PATH_DEPTH) {
			walk->names[name_index(at)].name = BPF_CORE_READ(dentry, d_name.name);
			walk->names[name_index(at)].length = BPF_CORE_READ(dentry, d_name.len);
		}
		walk->count = at + 1;
		walk->dentry = parent;
	}
}

static __always_inline void append_name(struct tail *tail, __u32 at)
{
	char *to = tail_room(tail, 512);
	__u32 length;

	if (!to || at >= PATH_DEPTH)
		return;
	length = tail->walk.names[name_index(at)].length & 255;
	to[0] = '/';
	bpf_probe_read_kernel(to + 1, length, tail->walk.names[name_index(at)].name);
	tail->used += length + 1;
}

static __always_inline void append_path(struct tail *tail)
{
	__u32 count = tail->walk.count;
	char *to = tail_room(tail, 512);

	if (to && (count == 0 || count > PATH_DEPTH)) {
		__builtin_memcpy(to, count ? "..." : "/\0\0", 3);
		tail->used += count ? 3 : 1;
	}
	/*
	 * The count is read again each time: kept in a register it makes clang enter the loop in the
	 * middle, which kernels before 6.5 refuse ("back-edge from insn 700 to 701").
	 */
	for (__u32 i = 0; i < PATH_DEPTH; i++) {
		__u32 names = tail->walk.count < PATH_DEPTH ? tail->walk.count : PATH_DEPTH;

		if (i >= names)
			break;
		append_name(tail, names - 1 - i);
	}
}

/* `path` and `root` are in kernel memory. */
static __always_inline text_t path_text(struct tail *tail, struct path *path, struct path *root)
{
	__u32 begin = tail->used;
	struct path_walk *walk = &tail->walk;
	text_t ref = { .offset = begin - sizeof(struct header) };

	walk->dentry = BPF_CORE_READ(path, dentry);
	walk->mnt = BPF_CORE_READ(path, mnt);
	walk->root = BPF_CORE_READ(root, dentry);
	walk->root_mnt = BPF_CORE_READ(root, mnt);
	walk->complete = 0;
	walk->count = 0;
	for (int i = 0; i < PATH_STEPS && !walk->complete; i++)
		path_step(walk);
	append_path(tail);
	ref.size = tail->used - begin;
	ref.whole = ref.size + (walk->count > PATH_DEPTH || !walk->complete);
	return ref;
}

static __always_inline text_t cwd_text(struct tail *tail)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	return path_text(tail, (void *)fs + bpf_core_field_offset(struct fs_struct, pwd),
			 (void *)fs + bpf_core_field_offset(struct fs_struct, root));
}

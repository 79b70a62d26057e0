/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths from dentries, as the task itself would see them: up to its root, across mounts.
 *
 * At most PATH_DEPTH components; a deeper path begins with "..." instead of "/". What has lost its
 * name ends with " (deleted)", as in /proc/PID/fd.
 */
#pragma once
#include "tail.bpf.h"

/* Steps include the mount points that are crossed, which add no component. */
#define PATH_STEPS (PATH_DEPTH + 16)

#define DELETED " (deleted)"

static __always_inline void leave_mount(struct path_walk *walk, struct vfsmount *mnt)
{
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	struct mount *above = BPF_CORE_READ(mount, mnt_parent);

	walk->complete = above == mount;
	walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mnt = (void *)above + bpf_core_field_offset(struct mount, mnt);
}

/*
 * An index that kernels before 6.5 believe: they lose the bound of a 32-bit comparison on the way
 * to the address ("R8 unbounded memory access"), and clang drops a mask that it can prove idle.
 */
static __always_inline __u64 name_index(__u64 at)
{
	barrier_var(at);
	return at & (PATH_DEPTH - 1);
}

static __always_inline void take_name(struct path_walk *walk, struct dentry *dentry)
{
	__u32 names = walk->count;

	if (names < PATH_DEPTH) {
		walk->names[name_index(names)].name = BPF_CORE_READ(dentry, d_name.name);
		walk->names[name_index(names)].length = BPF_CORE_READ(dentry, d_name.len);
	}
	walk->count = names + 1;
}

TAIL_STEP(path_step)
{
	struct path_walk *walk = &tail->walk;
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct vfsmount *mnt = walk->mnt;

	if (mnt ? dentry == walk->root && mnt == walk->root_mnt : parent == dentry) {
		walk->complete = 1;
	} else if (parent == dentry || dentry == BPF_CORE_READ(mnt, mnt_root)) {
		leave_mount(walk, mnt);
	} else {
		take_name(walk, dentry);
		walk->dentry = parent;
	}
	return walk->complete ? STEP_DONE : STEP_ON;
}

/*
 * The number of names is read again each time: kept in a register it makes clang enter the loop in
 * the middle, which kernels before 6.5 refuse ("back-edge from insn 700 to 701").
 */
TAIL_STEP(append_name)
{
	__u32 names = tail->walk.count < PATH_DEPTH ? tail->walk.count : PATH_DEPTH;
	char *to = tail_room(tail, 512);
	__u32 name = names - 1 - at, length;

	if (at >= names || !to || name >= PATH_DEPTH)
		return STEP_DONE;
	length = tail->walk.names[name_index(name)].length & 255;
	to[0] = '/';
	bpf_probe_read_kernel(to + 1, length, tail->walk.names[name_index(name)].name);
	tail->used += length + 1;
	return STEP_ON;
}

static __always_inline void append_path(struct tail *tail)
{
	__u32 count = tail->walk.count;
	char *to = tail_room(tail, 512);

	if (to && (count == 0 || count > PATH_DEPTH)) {
		__builtin_memcpy(to, count ? "..." : "/\0\0", 3);
		tail->used += count ? 3 : 1;
	}
	repeat_in_tail(PATH_DEPTH, append_name, tail);
}

/* It hangs in no tree: memory with a name (memfd); or a pipe, a socket, a namespace, which have no place. */
static __always_inline bool is_alone(struct dentry *dentry, struct vfsmount *mnt)
{
	return BPF_CORE_READ(dentry, d_parent) == dentry && BPF_CORE_READ(mnt, mnt_root) != dentry;
}

/* include/linux/dcache.h, d_unlinked(): in no hash table any more, as what hangs in no tree never
 * was. */
static __always_inline bool is_deleted(struct dentry *dentry, bool alone)
{
	return !BPF_CORE_READ(dentry, d_hash.pprev) &&
	       (alone || BPF_CORE_READ(dentry, d_parent) != dentry);
}

static __always_inline void append_deleted(struct tail *tail)
{
	char *to = tail_room(tail, 512);

	if (!to)
		return;
	__builtin_memcpy(to, DELETED, sizeof(DELETED) - 1);
	tail->used += sizeof(DELETED) - 1;
}

/* From tail->walk's dentry on; `alone` has but its own name, if any. */
static __always_inline text_t walk_text(struct tail *tail, bool alone)
{
	struct path_walk *walk = &tail->walk;
	struct dentry *dentry = walk->dentry;
	__u32 begin = tail->used;
	text_t ref = {.offset = begin - sizeof(struct header)};

	walk->complete = 0;
	walk->count = 0;
	if (alone) {
		if ((BPF_CORE_READ(dentry, d_inode, i_mode) & S_IFMT) != S_IFREG)
			return (text_t){};
		take_name(walk, dentry);
		if (walk->names[0].length <= 1) /* "/", where the kernel makes the name when it is asked */
			return (text_t){};
		walk->complete = 1;
	} else {
		repeat_in_tail(PATH_STEPS, path_step, tail);
	}
	append_path(tail);
	if (is_deleted(dentry, alone))
		append_deleted(tail);
	ref.size = tail->used - begin;
	ref.whole = ref.size + (walk->count > PATH_DEPTH || !walk->complete);
	return ref;
}

/* `path` and `root` are in kernel memory. What cannot be read, as of no file, is nowhere. */
static __always_inline text_t path_text(struct tail *tail, struct path *path, struct path *root)
{
	struct path_walk *walk = &tail->walk;

	walk->dentry = BPF_CORE_READ(path, dentry);
	walk->mnt = BPF_CORE_READ(path, mnt);
	walk->root = BPF_CORE_READ(root, dentry);
	walk->root_mnt = BPF_CORE_READ(root, mnt);
	return walk_text(tail, !walk->dentry || is_alone(walk->dentry, walk->mnt));
}

/* The same up to the root of its file system, wherever that is mounted. */
static __always_inline text_t path_in_file_system(struct tail *tail, struct path *path)
{
	tail->walk.dentry = BPF_CORE_READ(path, dentry);
	tail->walk.mnt = NULL;
	return walk_text(tail, false);
}

static __always_inline text_t cwd_text(struct tail *tail)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	return path_text(tail, (void *)fs + bpf_core_field_offset(struct fs_struct, pwd),
			 (void *)fs + bpf_core_field_offset(struct fs_struct, root));
}

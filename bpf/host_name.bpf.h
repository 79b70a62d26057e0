/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names that a process passed, as the host sees them. A name need have no file, so there is no dentry
 * to begin at. Known is where the name begins: the root, the working folder or that of a descriptor.
 * From there on the names of the mounts below are compared with the text, so that it ends in the file
 * system that it leads to. Links in it are not resolved.
 *
 *	[child] of mount: is where it is mounted the text's next part? then on from its root, with its children
 */
#pragma once
#include "host_view.bpf.h"

#define NAME_BYTES  1024 /* with its NUL; a longer name is told nowhere */
#define NAME_MOUNTS 512  /* so many mounts are looked at; where there are more, the name is told nowhere */

/* The name itself, and as it is compared: at the end of the record, where no text has come yet. */
#define NAME_RAW   (RECORD_BYTES - 4 * NAME_BYTES)
#define NAME_TEXT  (RECORD_BYTES - 2 * NAME_BYTES)
#define NAME_INDEX (2 * NAME_BYTES - 1)

/*
 * A loop of many turns in strides, as kernels without bpf_loop compare each turn with all before it. A step that is
 * to go on counts in name->at.
 */
#define STRIDE 32
#define IN_STRIDES(strides, step)                                                                  \
	TAIL_STEP(strides)                                                                         \
	{                                                                                          \
		repeat_in_tail(STRIDE, step, tail);                                                \
		return tail->name.at == (at + 1) * STRIDE ? STEP_ON : STEP_DONE;                   \
	}

static __always_inline struct list_head *mounts_on(struct mount *mount)
{
	return (void *)mount + bpf_core_field_offset(struct mount___tree, mnt_mounts);
}

static __always_inline void follow_below(struct name_walk *name, struct mount *mount, struct dentry *folder)
{
	struct list_head *mounts = mounts_on(mount);

	name->mount = mount;
	name->folder = folder;
	name->next = BPF_CORE_READ(mounts, next);
}

static __always_inline void take_character(struct name_walk *name, char *text, char character)
{
	__u64 size = name->size;

	barrier_var(size);
	text[size & NAME_INDEX] = character;
	name->size = size + 1;
}

/* "./a//b/" becomes "/a/b". A ".." leads where the text does not say. */
TAIL_STEP(name_step)
{
	struct name_walk *name = &tail->name;
	__u64 index = name->at;
	char character, *text = tail->record + NAME_TEXT;

	barrier_var(index);
	character = tail->record[NAME_RAW + (index & NAME_INDEX)];
	if (character && character != '/') {
		if (!name->dots) {
			name->begin = name->size;
			take_character(name, text, '/');
			name->dots = character == '.' ? 1 : 3;
		} else {
			name->dots = character == '.' && name->dots < 3 ? name->dots + 1 : 3;
		}
		take_character(name, text, character);
		name->at++;
		return STEP_ON;
	}
	if (name->dots == 2)
		return STEP_DONE;
	if (name->dots == 1)
		name->size = name->begin;
	name->dots = 0;
	name->at++;
	name->complete = !character;
	return character ? STEP_ON : STEP_DONE;
}
IN_STRIDES(name_strides, name_step)

/* From the place of a mount up to where the text begins; `complete` if it leads there. */
TAIL_STEP(above_step)
{
	struct path_walk *walk = &tail->walk;
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);

	walk->complete = dentry == walk->root;
	if (walk->complete || parent == dentry || walk->count >= PATH_DEPTH)
		return STEP_DONE;
	take_name(walk, dentry);
	walk->dentry = parent;
	return STEP_ON;
}

/*
 * name->same counts on as long as the text goes on as the place does that was appended to the record. A stride at
 * once, without calling a step, as each call below takes 32 bytes of the stack.
 */
TAIL_STEP(same_stride)
{
	struct name_walk *name = &tail->name;

	for (int i = 0; i < STRIDE; i++) {
		__u64 place = name->used + name->same, text = name->begin + name->same;

		barrier_var(place);
		barrier_var(text);
		if (place >= tail->used || place >= RECORD_BYTES ||
		    tail->record[place] != tail->record[NAME_TEXT + (text & NAME_INDEX)])
			return STEP_DONE;
		name->same++;
	}
	return STEP_ON;
}

/* Is this behind a component of the text? */
static __always_inline bool is_behind_name(struct tail *tail, __u64 at)
{
	__u32 size = tail->name.size;

	barrier_var(at);
	return at == size || (at < size && tail->record[NAME_TEXT + (at & NAME_INDEX)] == '/');
}

/* Does the text go on with the place that the walk has gone up from? Then it is passed. Most have a first name of another length. */
static __always_inline bool passes_place(struct tail *tail)
{
	struct name_walk *name = &tail->name;
	__u64 first = tail->walk.count - 1;
	__u32 size;

	if (!tail->walk.count)
		return name->crossed; /* upon the root of another; what is upon a root or a folder in use hides nothing */
	if (!is_behind_name(tail, name->begin + 1 + tail->walk.names[name_index(first)].length))
		return false;
	name->used = tail->used;
	name->same = 0;
	append_path(tail);
	size = tail->used - name->used;
	name->overrun = tail->used > NAME_RAW;
	if (!name->overrun && size <= name->size - name->begin)
		repeat_in_tail(NAME_BYTES / STRIDE, same_stride, tail);
	tail->used = name->used;
	if (name->same != size || !is_behind_name(tail, name->begin + size))
		return false;
	name->begin += size;
	return true;
}

TAIL_STEP(mount_step)
{
	struct name_walk *name = &tail->name;
	struct path_walk *walk = &tail->walk;
	struct list_head *next = name->next;
	struct mount *child = (void *)next - bpf_core_field_offset(struct mount___tree, mnt_child);

	name->complete = next == mounts_on(name->mount);
	if (name->complete || !next || name->overrun)
		return STEP_DONE;
	name->next = BPF_CORE_READ(next, next);
	name->at++;
	walk->dentry = BPF_CORE_READ(child, mnt_mountpoint);
	walk->root = name->folder;
	walk->count = 0;
	repeat_in_tail(PATH_DEPTH + 1, above_step, tail);
	if (!walk->complete || !passes_place(tail))
		return STEP_ON;
	follow_below(name, child, BPF_CORE_READ(child, mnt.mnt_root));
	name->crossed = 1;
	return STEP_ON;
}
IN_STRIDES(mount_strides, mount_step)

/* Where that is: the folder that the text is below now, and what is left of the text. */
static __always_inline void take_view(struct tail *tail)
{
	struct name_walk *name = &tail->name;
	struct dentry *folder = name->folder;
	__u32 begin = tail->used, left = (name->size - name->begin) & NAME_INDEX;
	__u64 rest = name->begin;
	char *to;

	tail->walk.dentry = folder;
	tail->walk.mnt = NULL;
	name->path = walk_text(tail, false);
	to = tail_room(tail, 2 * NAME_BYTES);
	if (tail->used > NAME_RAW || !to || (left && is_deleted(folder, false))) {
		tail->used = begin;
		name->path = (text_t){};
		return;
	}
	if (left && name->path.size == 1) /* the root has its slash */
		tail->used--, to--, name->path.size--, name->path.whole--;
	barrier_var(rest);
	bpf_probe_read_kernel(to, left, tail->record + NAME_TEXT + (rest & NAME_INDEX));
	tail->used += left;
	name->path.size += left;
	name->path.whole += left;
	name->device = BPF_CORE_READ(folder, d_sb, s_dev);
}

static __always_inline bool read_name(struct tail *tail)
{
	long got;

	if (tail->used > NAME_RAW)
		return false;
	got = bpf_probe_read_user_str(tail->record + NAME_RAW, NAME_BYTES, (void *)tail->name.passed);
	if (got <= 0 || got == NAME_BYTES)
		return false;
	repeat_in_tail(NAME_BYTES / STRIDE, name_strides, tail);
	return tail->name.complete;
}

TAIL_STEP(follow_name)
{
	struct name_walk *name = &tail->name;
	struct path *from = name->from;
	struct vfsmount *mnt = BPF_CORE_READ(from, mnt);
	struct dentry *dentry = BPF_CORE_READ(from, dentry);

	if (!mnt || is_alone(dentry, mnt) || (name->passed && !read_name(tail)))
		return STEP_DONE;
	follow_below(name, (void *)mnt - bpf_core_field_offset(struct mount, mnt), dentry);
	name->begin = name->at = 0;
	name->complete = !name->passed;
	if (name->passed)
		repeat_in_tail(NAME_MOUNTS / STRIDE, mount_strides, tail);
	if (name->complete)
		take_view(tail);
	return STEP_DONE;
}

/* Of the name that was passed at `passed`, which begins at `from`; without one, 0, of that itself. */
static __always_inline struct host_view view_of_name(struct tail *tail, struct path *from, __u64 passed)
{
	if (sees_as_host())
		return (struct host_view){};
	tail->name = (struct name_walk){.from = from, .passed = passed};
	repeat_in_tail(1, follow_name, tail);
	return (struct host_view){.device = tail->name.device, .path = tail->name.path};
}

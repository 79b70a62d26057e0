/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers of code objects: what functions of Python are told by. Their names and lines are read here, when they are first
 * met, as the process may be gone when user space comes to it; nothing is taken for code that is not of the
 * interpreter's own type for it.
 */
#pragma once
#include "python_thread.bpf.h"
#include "repeat.bpf.h"

/*
 * Characters of an object that should be a string: bytes of them, as many as there is room for. Zeros follow, as there
 * is room behind for eight bytes more.
 */
static __always_inline __u32 read_text(struct unwinding *u, struct task_struct *whose, __u64 object, char *to, __u32 room,
				       __u8 *width)
{
	struct python_layout *layout = layout_of(u);
	__u32 state = user_number(u, whose, object + 32) >> 2, kind = state & 7;
	__u64 at = object, length = user_number(u, whose, object + 16), bytes;

	if (!layout || !(state & 8) || !kind)
		return 0;
	at += state & 16 ? layout->ascii_text : layout->other_text;
	bytes = (length < room / kind ? length : room / kind) * kind;
	if (bytes > room || read_memory(whose, to, bytes, at))
		return 0;
	*width = kind;
	*(__u64 *)(to + bytes) = 0;
	return bytes;
}

static __always_inline struct python_scratch *python_scratch_of(struct unwinding *u)
{
	__u32 slot = u->slot;

	return bpf_map_lookup_elem(&python_scratch, &slot);
}

static __always_inline bool read_lines(struct unwinding *u, struct task_struct *whose, struct python_code_record *record,
				       __u64 lines)
{
	__u64 size = user_number(u, whose, lines + 16);

	record->lines_size = size;
	if (u->python.unread)
		return false;
	if (size > PYTHON_LINES_BYTES)
		size = PYTHON_LINES_BYTES;
	if (read_memory(whose, record->lines, size, lines + 32))
		return false;
	*(__u64 *)(record->lines + size) = 0;
	return true;
}

/* What is sent of the code object. */
static __noinline int read_python_code(struct unwinding *u, struct task_struct *whose)
{
	struct python_layout *layout;
	struct python_scratch *scratch;
	struct python_code_record *record;

	layout = layout_of(u);
	scratch = python_scratch_of(u);
	if (!layout || !scratch)
		return 0;
	if (user_number(u, whose, u->python.code + 8) != layout->code_type - u->python.shift)
		return python_ends(u, u->python.unread ? PYTHON_UNREADABLE : PYTHON_NOT_CODE);
	record = &scratch->record;
	record->first_line = u->python.first_line;
	record->layout = u->python.layout - 1;
	record->file_size = read_text(u, whose, u->python.file, record->file, PYTHON_FILE_BYTES, &record->file_width);
	record->name_size = read_text(u, whose, u->python.name, record->name, PYTHON_NAME_BYTES, &record->name_width);
	if (u->python.unread || !record->file_size || !record->name_size ||
	    !read_lines(u, whose, record, u->python.lines))
		return python_ends(u, PYTHON_UNREADABLE);
	u->next = UNWIND_TEXT;
	return 0;
}

/* The state is in the scratch, and not on the stack, of which nothing is left here. */
static STEP(hash_word, struct python_scratch **stack)
{
	struct python_scratch *scratch = *stack;
	__u64 place = scratch->hash.begin + at * 8, word;

	barrier_var(place); /* or the address is made before the check */
	if (at * 8 >= scratch->hash.size || place > sizeof(scratch->record) - 8)
		return STEP_DONE;
	word = *(const __u64 *)((const char *)&scratch->record + place);
	scratch->text.hash[0] = (scratch->text.hash[0] ^ word) * 0x9e3779b97f4a7c15ULL;
	scratch->text.hash[0] ^= scratch->text.hash[0] >> 29;
	scratch->text.hash[1] = (scratch->text.hash[1] + word) * 0xbf58476d1ce4e5b9ULL;
	scratch->text.hash[1] ^= scratch->text.hash[1] >> 32;
	return STEP_ON;
}

static __always_inline void hash_part(struct python_scratch **scratch, __u32 begin, __u32 size)
{
	(*scratch)->hash.begin = begin;
	(*scratch)->hash.size = size;
	(*scratch)->text.hash[0] ^= size;
	repeat(PYTHON_LINES_BYTES / 8, hash_word, scratch);
}

static __always_inline void hash_code(struct python_scratch *scratch)
{
	struct python_code_record *record = &scratch->record;

	scratch->text.hash[0] = stacks.seed[0] ^ (record->first_line | (__u64)record->layout << 32);
	scratch->text.hash[1] = stacks.seed[1] ^ (record->file_width | (__u64)record->name_width << 8);
	hash_part(&scratch, __builtin_offsetof(struct python_code_record, file), record->file_size);
	hash_part(&scratch, __builtin_offsetof(struct python_code_record, name), record->name_size);
	hash_part(&scratch, __builtin_offsetof(struct python_code_record, lines), record->lines_size);
}

static __always_inline __u32 send_code(struct python_code_record *record)
{
	__u64 size = __builtin_offsetof(struct python_code_record, lines) + record->lines_size;
	__u32 zero = 0;
	__u64 *given = bpf_map_lookup_elem(&python_numbers, &zero);

	if (!given)
		return 0;
	record->number = __sync_fetch_and_add(given, 1) + 1;
	record->time = now();
	record->weight = 1;
	record->tracer = PYTHON_CODE_RECORD;
	record->cpu = this_cpu();
	barrier_var(size); /* else the bound is of another copy than the one that is passed */
	if (size > __builtin_offsetof(struct python_code_record, behind))
		size = __builtin_offsetof(struct python_code_record, behind);
	return bpf_ringbuf_output(&events, record, size, BPF_RB_NO_WAKEUP) ? 0 : record->number;
}

/* Of what tells a code object from others that come to be in its place: its texts' places, and the begin of its lines. */
static __always_inline void key_of_code(struct unwinding *u, struct python_code_key *key)
{
	struct python_walk *walk = &u->python;
	__u64 check = walk->first_line ^ walk->name ^ walk->file << 13 ^ walk->lines << 26;

	check = (check ^ (__u64)u->mm) * 0x9e3779b97f4a7c15ULL;
	check = (check ^ check >> 32 ^ u->pid ^ walk->begin.size) * 0xbf58476d1ce4e5b9ULL;
	check = (check ^ check >> 29 ^ walk->begin.bytes[0]) * 0x9e3779b97f4a7c15ULL;
	key->code = walk->code;
	key->check = (check ^ check >> 32 ^ walk->begin.bytes[1]) * 0xbf58476d1ce4e5b9ULL;
}

/* Gives what was read a number, by which user space knows it then. */
static __noinline int number_python_code(struct unwinding *u)
{
	struct python_scratch *scratch;
	__u32 number = 0, *known;

	scratch = python_scratch_of(u);
	if (!scratch)
		return 0;
	hash_code(scratch);
	key_of_code(u, &scratch->code);
	known = bpf_map_lookup_elem(&python_texts, &scratch->text);
	number = known ? *known : send_code(&scratch->record);
	if (!number || (!known && bpf_map_update_elem(&python_texts, &scratch->text, &number, BPF_ANY)) ||
	    bpf_map_update_elem(&python_codes, &scratch->code, &number, BPF_ANY))
		return python_ends(u, PYTHON_LOST);
	u->next = UNWIND_FUNCTION;
	return 0;
}

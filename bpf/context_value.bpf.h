/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the context of a program in the kernel has a value, as user space found out, and how it is read from there.
 *
 * The context of a tracepoint's program is the record that tracefs tells the format of; of a kprobe's the registers, and its stack has what they have no room for; of raw_tp,
 * fentry and fexit the arguments, eight bytes each. The verifier allows loads from it at constant offsets only, and from
 * some of it none: so it is read like any memory of the kernel.
 */
#pragma once
#include "tail.bpf.h"

enum context_form {
	FORM_NONE,
	FORM_NUMBER,	    /* `size` bytes, at `offset` */
	FORM_TEXT,	    /* `length` characters, or less up to a NUL */
	FORM_BYTES,	    /* `length` bytes */
	FORM_LATER_TEXT,    /* where a number of four bytes says: its upper half is the length, its lower half where */
	FORM_LATER_BYTES,   /* it begins in the context, */
	FORM_BEHIND_TEXT,   /* or behind that number */
	FORM_BEHIND_BYTES,
	FORM_POINTED_TEXT,  /* at the address there, up to a NUL */
	FORM_POINTED_BYTES, /* `length` bytes at the address there */
	FORM_USER_TEXT,	    /* at the address there, which a process has passed: never the kernel's */
};

struct context_value {
	__u8 form; /* enum context_form */
	__u8 size; /* of a number: 1, 2, 4, 8 */
	__u8 drop; /* the highest bits of 64 that are not part of the number */
	__u8 is_signed;
	__u32 length;
	__u32 offset;
	__u32 on_stack; /* of a kprobe: `offset` is from the stack pointer on */
};

/* A number, of which the verifier does not know that it points to something. */
static __always_inline __u64 address_of_context(void *ctx)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &ctx);
	return address;
}

static __always_inline __u64 address_of_value(void *ctx, const volatile struct context_value *at)
{
	__u64 base = 0;

	bpf_probe_read_kernel(&base, sizeof(base), at->on_stack ? (void *)&((struct pt_regs *)ctx)->sp : (void *)&ctx);
	return base + at->offset;
}

/* The stack pointer is read to where the value goes: before 5.12 there is not a word of stack left. */
static __always_inline bool context_number(void *ctx, const volatile struct context_value *at, __u64 *value)
{
	__u32 size = at->size, drop = at->drop & 63;
	const void *from = ctx;

	if (at->on_stack) {
		if (bpf_probe_read_kernel(value, sizeof(*value), &((struct pt_regs *)ctx)->sp))
			return false;
		from = (void *)*value;
	}
	if (size > sizeof(*value) || bpf_probe_read_kernel(value, size, from + at->offset))
		return false;
	if (drop && at->is_signed)
		*value = (__s64)(*value << drop) >> drop;
	return true;
}

/* Addresses of the kernel are in the upper half (Documentation/arch/x86/x86_64/mm.rst). */
static __always_inline bool is_kernel_address(__u64 address)
{
	return (__s64)address < 0;
}

/* A stretch of memory, and whether it is a text, which a NUL may end before. */
struct stretch {
	__u64 begin;
	__u64 length;
	bool is_text;
};

/* False: it is nowhere. */
static __always_inline bool find_stretch(void *ctx, const volatile struct context_value *at, struct stretch *found)
{
	__u64 base = address_of_value(ctx, at), where = 0;

	found->begin = base;
	found->length = at->length;
	found->is_text = at->form == FORM_TEXT || at->form == FORM_LATER_TEXT || at->form == FORM_BEHIND_TEXT ||
			 at->form == FORM_POINTED_TEXT || at->form == FORM_USER_TEXT;
	switch (at->form) {
	case FORM_TEXT:
	case FORM_BYTES:
		return true;
	case FORM_POINTED_TEXT:
	case FORM_POINTED_BYTES:
		return !bpf_probe_read_kernel(&found->begin, sizeof(found->begin), (void *)base);
	case FORM_USER_TEXT:
		return !bpf_probe_read_kernel(&found->begin, sizeof(found->begin), (void *)base) &&
		       !is_kernel_address(found->begin);
	case FORM_LATER_TEXT:
	case FORM_LATER_BYTES:
		base -= at->offset;
		break;
	case FORM_BEHIND_TEXT:
	case FORM_BEHIND_BYTES:
		base += sizeof(__u32);
		break;
	default:
		return false;
	}
	if (bpf_probe_read_kernel(&where, sizeof(__u32), (void *)found->begin))
		return false;
	found->begin = base + (where & 0xffff);
	found->length = where >> 16;
	return true;
}

/* As text_at and bytes_at of bpf/location.bpf.h. */
static __always_inline text_t stretch_text(struct tail *tail, const struct stretch *from, __u64 most)
{
	char *to = tail_room(tail, TEXT_BYTES);
	__u64 room = from->length < most ? from->length + 1 : most;
	long got;

	barrier_var(room);
	if (!to || room > TEXT_BYTES)
		return (text_t){.whole = 1};
	if (is_kernel_address(from->begin))
		got = bpf_probe_read_kernel_str(to, room, (void *)from->begin);
	else
		got = bpf_probe_read_user_str(to, room, (void *)from->begin);
	if (got == 0) /* an empty one, as kernels before 6.0 count it */
		return (text_t){};
	if (got < 0 || got > TEXT_BYTES)
		return (text_t){.whole = 1};
	return tail_taken(tail, got - 1, room <= from->length && got == (long)room ? got : got - 1);
}

static __always_inline text_t stretch_bytes(struct tail *tail, const struct stretch *from, __u64 most)
{
	char *to = tail_room(tail, TEXT_BYTES);
	__u64 size = from->length < most ? from->length : most;
	long error;

	barrier_var(size);
	if (!to || size > TEXT_BYTES)
		return (text_t){.whole = from->length};
	if (is_kernel_address(from->begin))
		error = bpf_probe_read_kernel(to, size, (void *)from->begin);
	else
		error = bpf_probe_read_user(to, size, (void *)from->begin);
	return error ? (text_t){.whole = from->length} : tail_taken(tail, size, from->length);
}

/* False: it cannot be read, and whole is more than 0 of a text. */
static __always_inline bool context_text(void *ctx, const volatile struct context_value *at, struct tail *tail,
					 __u64 most, text_t *to)
{
	struct stretch from;

	if (!find_stretch(ctx, at, &from))
		return false;
	*to = from.is_text ? stretch_text(tail, &from, most) : stretch_bytes(tail, &from, most);
	return to->size || !to->whole;
}

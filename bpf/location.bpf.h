/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a value is when a probe is reached, as user space found out, and how it is read from there.
 *
 * A location that is read-only data leaves a load or two of the program; one in a map costs some more.
 */
#pragma once
#include "kernel_user.bpf.h"
#include "tail.bpf.h"

enum location_source {
	SOURCE_NONE,     /* not told, or nowhere that can be read */
	SOURCE_CONSTANT, /* `offset` itself */
	SOURCE_REGISTER, /* `base` */
	SOURCE_MEMORY,   /* at base + index * scale + offset */
};
enum location_shape {
	SHAPE_NUMBER, /* `size` bytes */
	SHAPE_TEXT,   /* the address of a text that ends with NUL */
	SHAPE_BYTES,  /* the address of `length` bytes */
	SHAPE_COUNTED, /* in `base` the address of a text, in `index` its length */
};
/* The registers by their numbers in machine code, plus one: 0 is none. Of REGISTER_FS it is the thread's base. */
enum location_register {
	REGISTER_NONE,
	REGISTER_AX,
	REGISTER_CX,
	REGISTER_DX,
	REGISTER_BX,
	REGISTER_SP,
	REGISTER_BP,
	REGISTER_SI,
	REGISTER_DI,
	REGISTER_R8,
	REGISTER_R9,
	REGISTER_R10,
	REGISTER_R11,
	REGISTER_R12,
	REGISTER_R13,
	REGISTER_R14,
	REGISTER_R15,
	REGISTER_IP,
	REGISTER_FS,
};

struct location {
	__u8 source; /* enum location_source */
	__u8 shape;  /* enum location_shape */
	__u8 base, index; /* enum location_register */
	__u8 scale;
	__u8 size;  /* of a number in memory: 1, 2, 4, 8; of an address always 8 */
	__u8 shift; /* bits: 8 for the second byte of a register (%ah) */
	__u8 drop;  /* the highest bits that are not part of the number: 32 of a number of 4 bytes; or 0 */
	__u32 length; /* of bytes, up to TEXT_BYTES */
	__u32 is_signed;
	__s64 offset;
};

/*
 * Each case ends with something that the compiler does not merge with that of another one: from the program's
 * context the verifier allows loads at constant offsets only.
 */
#define REGISTER_IS(number, member)                                                                \
	case number:                                                                               \
		value = ctx->member;                                                               \
		barrier_var(value);                                                                \
		return value;

static __always_inline __u64 register_value(struct pt_regs *ctx, __u8 which)
{
	__u64 value;

	switch (which) {
		REGISTER_IS(REGISTER_DI, di)
		REGISTER_IS(REGISTER_SI, si)
		REGISTER_IS(REGISTER_DX, dx)
		REGISTER_IS(REGISTER_CX, cx)
		REGISTER_IS(REGISTER_R8, r8)
		REGISTER_IS(REGISTER_R9, r9)
		REGISTER_IS(REGISTER_AX, ax)
		REGISTER_IS(REGISTER_SP, sp)
		REGISTER_IS(REGISTER_BP, bp)
		REGISTER_IS(REGISTER_BX, bx)
		REGISTER_IS(REGISTER_R10, r10)
		REGISTER_IS(REGISTER_R11, r11)
		REGISTER_IS(REGISTER_R12, r12)
		REGISTER_IS(REGISTER_R13, r13)
		REGISTER_IS(REGISTER_R14, r14)
		REGISTER_IS(REGISTER_R15, r15)
		REGISTER_IS(REGISTER_IP, ip)
	case REGISTER_FS:
		return BPF_CORE_READ((struct task_struct___probed *)current_task(), thread.fsbase);
	}
	return 0;
}

/* A comparison of the register that is used then: a compiler compares copies, and 6.1 does not learn from those. */
#ifdef __bpf__
#define BOUND(value, most) asm volatile("if %0 <= %1 goto +1\n\t%0 = %1" : "+r"(value) : "i"(most))
#else
#define BOUND(value, most) (void)((value) = (value) < (most) ? (value) : (most))
#endif

/*
 * 1: its memory cannot be read here, or nobody knows where it is; *value is 0 then, as it was before. Otherwise 0.
 *
 * A number and no branch: of twelve values the verifier would follow each set of those that were read, 4096 of
 * them, in an event that lies on the stack.
 */
static __always_inline __u32 raw_number_at(struct pt_regs *ctx, const volatile struct location *at, __u64 *value)
{
	__u64 size = at->size, address, unread;

	if (at->source == SOURCE_CONSTANT) {
		*value = at->offset;
		return 0;
	}
	if (at->source == SOURCE_REGISTER) {
		*value = register_value(ctx, at->base) >> (at->shift & 63);
		return 0;
	}
	if (at->source != SOURCE_MEMORY)
		return 1;
	BOUND(size, sizeof(*value));
	address = register_value(ctx, at->base) + at->offset;
	if (at->index)
		address += register_value(ctx, at->index) * at->scale;
	unread = (__u64)bpf_probe_read_user(value, size, (void *)address) >> 63;
	barrier_var(unread);
	return unread;
}

/* As 64 bits, whatever size it has here: another site may have another. */
static __always_inline __u32 number_at(struct pt_regs *ctx, const volatile struct location *at, __u64 *value)
{
	__u32 drop = at->drop & 63, unread = raw_number_at(ctx, at, value);

	if (drop && at->is_signed)
		*value = (__s64)(*value << drop) >> drop;
	else if (drop)
		*value = *value << drop >> drop;
	return unread;
}

static __always_inline text_t bytes_at(struct tail *tail, __u64 from, __u32 length, __u32 most)
{
	char *to = tail_room(tail, TEXT_BYTES);
	__u64 size = length < most ? length : most;

	BOUND(size, TEXT_BYTES);
	if (!to || bpf_probe_read_user(to, size, (void *)from))
		return (text_t){.whole = length};
	return tail_taken(tail, size, length);
}

static __always_inline text_t counted_at(struct tail *tail, __u64 from, __u64 length, __u32 most)
{
	char *to = tail_room(tail, TEXT_BYTES);
	__u64 size = length < most ? length : most;
	__u32 whole = length < ~0U ? length : ~0U;

	BOUND(size, TEXT_BYTES);
	if (!to || (size && bpf_probe_read_user(to, size, (void *)from)))
		return (text_t){.whole = whole};
	return tail_taken(tail, size, whole);
}

/* As user_text of bpf/tail.bpf.h, of at most `most` bytes with its NUL. */
static __always_inline text_t text_at(struct tail *tail, __u64 from, __u32 most)
{
	char *to = tail_room(tail, TEXT_BYTES);
	long got;

	if (!to || most > TEXT_BYTES)
		return (text_t){.whole = 1};
	got = bpf_probe_read_user_str(to, most, (void *)from);
	if (got == 0) /* an empty one, as kernels before 6.0 count it */
		return (text_t){};
	if (got < 0 || got > TEXT_BYTES)
		return (text_t){.whole = 1};
	return tail_taken(tail, got - 1, got == most ? got : got - 1);
}

/*
 * Text on a page that the thread itself has not touched yet cannot be read, as that would have to wait for the page: a
 * program that may sleep fetches it before. A text's length nobody knows: where it begins close to the next page,
 * that one is fetched, too.
 */
#define NEAR_NEXT_PAGE 256

static __always_inline void fetch_page(__u64 address)
{
	char byte;

	if (bpf_probe_read_user(&byte, sizeof(byte), (void *)address))
		bpf_copy_from_user(&byte, sizeof(byte), (void *)address);
}

static __always_inline void fetch_text(struct pt_regs *ctx, const volatile struct location *at)
{
	__u64 address;

	if (at->shape == SHAPE_NUMBER || raw_number_at(ctx, at, &address) || !address)
		return;
	fetch_page(address);
	if ((address & 4095) > 4096 - NEAR_NEXT_PAGE)
		fetch_page((address | 4095) + 1);
}

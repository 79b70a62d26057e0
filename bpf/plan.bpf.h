/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The plan: what one run wants of a tracer, as read-only data.
 *
 * User space fills `plan` before the object loads and freezes it; the verifier then knows every
 * constant and deletes what the plan does not use. User space finds all names, sizes and
 * enumerators below through BTF.
 */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_helpers.h>

/*
 * --where as a decision list. Leaf i tests one field and goes on at `yes` or `no`: a later leaf, or
 * the end. Any expression of && || ! has this form with one leaf per comparison.
 */
enum leaf_op {
	OP_EQUAL,   /* number == value */
	OP_LESS,    /* number < value */
	OP_AT_MOST, /* number <= value */
	OP_BITS,    /* (number & value) == value */
	OP_WORDS,   /* text or address: (word & mask) == word for each word */
};
enum leaf_place {
	PLACE_FIELD,      /* the bytes of the field itself */
	PLACE_TAIL_START, /* the first bytes of the tail it refers to */
	PLACE_TAIL_END,   /* its last `length` bytes */
};
enum leaf_next { NEXT_PASS = 254, NEXT_REJECT = 255 };
enum plan_limits {
	PLAN_LEAVES = 16,
	PLAN_WORDS = 8,        /* of 8 bytes: the longest text a leaf compares is 64 bytes */
	PLAN_KEYS = 4,
	PLAN_KEY_BYTES = 128,  /* of all keys of a group together */
	PLAN_METRICS = 4,
	PLAN_HISTOGRAMS = 2,
	PLAN_EVENT_BYTES = 320, /* the largest event's struct */
};

struct leaf {
	__u16 offset; /* of the field in the event */
	__u8 size;    /* bytes of a number: 1, 2, 4, 8 */
	__u8 is_signed;
	__u8 yes, no;      /* enum leaf_next or a later leaf */
	__u8 exact_length; /* the tail must be exactly `length` long, else at least */
	__u8 used_words;
	enum leaf_op op;
	enum leaf_place place;
	__u32 length; /* bytes of the text, for tails */
	__u64 value;
	__u64 words[PLAN_WORDS];
	__u64 masks[PLAN_WORDS];
};

/* A part of a group's key: `size` bytes from the event, or up to `size` of a tail. */
struct group_key {
	__u16 offset;
	__u16 size;
	__u8 is_tail;
	__u8 unused[3];
};

/* A number to sum up per group. */
struct metric {
	__u16 offset;
	__u8 size;
	__u8 is_signed;
	__u8 histogram; /* 1 + the number of its histogram, 0 for none */
	__u8 unused[3];
};

/* When a member of the caller is read: never, once the event has passed --where, or for it. */
enum caller_need { CALLER_UNUSED, CALLER_LATE, CALLER_EARLY };

/* What is taken of a stack, where somebody wants it. */
enum stack_part { STACK_KERNEL = 1, STACK_USER = 2, STACK_PYTHON = 4 };

/* In the place of a stack's number: why there is none. Those of stacks have the bit STACK_TAKEN. */
enum no_stack {
	NO_STACK, /* there is none to tell, or it was lost, which is counted */
	NO_STACK_SHORT,
	NO_STACK_INTERRUPT,
	NO_STACK_PLACE,
	NO_STACK_RUNS,
	STACK_TAKEN = 1 << 8,
};

struct plan {
	__u32 leaves; /* 0: everything passes */
	__u32 keys;
	__u32 metrics;
	__u32 grouped;       /* aggregate in the kernel instead of sending records */
	__u32 long_key;      /* of a text, or more than two numbers; else it is built on the stack */
	__u32 direct;        /* a group whose key is below this has the cell of that index, */
	__u32 few;           /* or, if this is set, one of so many, as long as there are some */
	__u32 alone;         /* no program here comes upon another one of this tracer on its CPU */
	__u32 sample_every;  /* 1: keep all */
	__u32 tracer;        /* number of this tracer in the session, for the record's header */
	__u32 to_lifecycle;  /* which ring */
	__u32 to_perf;       /* no ring buffer on this kernel */
	__u32 wake_bytes;    /* wake the reader when the ring has crossed this many, */
	__u32 wake_mask;     /* or, where records are of one size, with each such number of them from a CPU, less one */
	__u32 busy_reader;   /* the reader polls: never wake it */
	__u32 stack_parts;   /* enum stack_part; 0: nobody wants stacks */
	struct leaf where[PLAN_LEAVES];
	struct group_key key[PLAN_KEYS];
	struct metric metric[PLAN_METRICS];
	/* By byte offset in the event: somebody wants the field that begins here. */
	__u8 wanted[PLAN_EVENT_BYTES];
	/* The same for the members of struct caller: enum caller_need. */
	__u8 wanted_caller[sizeof(struct caller)];
	/* By enum caller_need: some member has it. One look spares those for each of them. */
	__u8 caller_needs[4];
	/* Not read: BTF holds only types that something mentions, and user space needs these. */
	enum plan_limits limits;
	enum leaf_next next;
	enum caller_need need;
	enum stack_part part;
	enum no_stack no_stack;
};

const volatile struct plan plan = { .sample_every = 1 };

#define wants(event, field) (plan.wanted[__builtin_offsetof(struct event, field)])
/* The same of a field that is a struct: any of its members. */
#define wants_any(event, field)                                                                    \
	wants_within(__builtin_offsetof(struct event, field), sizeof(((struct event *)0)->field))
#define caller_need(member)  (plan.wanted_caller[__builtin_offsetof(struct caller, member)])

#ifdef TAKES_STACKS
__u64 take_stack(void); /* bpf/stack.bpf.h */
#define describe_stack(who, when)                                                                  \
	do {                                                                                       \
		if (caller_need(stack) == (when))                                                  \
			(who)->stack = take_stack();                                               \
	} while (0)
#else
#define describe_stack(who, when) ((void)(who))
#define take_stack()		  ((__u64)NO_STACK)
#endif

static __always_inline bool wants_within(__u32 begin, __u32 size)
{
	__u32 any = 0;

#pragma unroll
	for (__u32 i = 0; i < size; i += 4)
		any |= *(const volatile __u32 *)&plan.wanted[begin + i];
	return any;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a probe's event has in it, for bpf/probe.bpf.c: where its values are, at the usual site and at others, and their reading. */
#pragma once
#include "location.bpf.h"
#include "probe_event.bpf.h"
#include "tail.bpf.h"

/* Filled by user space before the load, like the plan. */
struct probe_plan {
	__u32 values;     /* how many of `at` are used */
	__u32 has_texts;  /* one of them, or the result, is in the tail */
	__u32 sites;      /* how many have places and a name of their own; the others have those of here */
	__u32 text_bytes; /* the longest text, with its NUL */
	__s32 stack_moved;
	__u32 unused;
	struct location at[PROBE_VALUES];
	struct location result;
	/* not read: BTF holds only types that something mentions */
	enum probe_limits limits;
	enum location_source source;
	enum location_shape shape;
	enum location_register reg;
	text_t text;
};
const volatile struct probe_plan probe = {.text_bytes = TEXT_BYTES};

/* A place where the probe is, by the cookie of its attachment, from 1 on. Set by user space, which also adds those that are
 * found later; never changed. */
struct probe_site {
	__u32 function; /* its name, in the event's enumeration */
	__s32 stack_moved; /* the stack pointer there, less that at the function's entry */
	struct location at[PROBE_VALUES];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe_site);
} sites SEC(".maps") DOC("where each site has its values");

static __always_inline const struct probe_site *site_of(void *ctx)
{
	__u32 cookie;

	if (!probe.sites)
		return NULL;
	cookie = bpf_get_attach_cookie(ctx);
	return cookie ? bpf_map_lookup_elem(&sites, &cookie) : NULL;
}

/* Does the plan want anything of a call that is not the same at all sites? */
static __always_inline bool sites_matter(void)
{
	if (wants(probe, function))
		return true;
#pragma unroll
	for (__u32 i = 0; i < PROBE_VALUES; i++) {
		if (i >= probe.values)
			break;
		if (plan.wanted[__builtin_offsetof(struct probe, value) + i * 8])
			return true;
	}
	return false;
}

static __always_inline void take_value(struct pt_regs *ctx, struct probe *e, __u64 *to,
				       const volatile struct location *at, __u32 bit, struct tail *tail)
{
	__u64 number = 0;
	__u32 unread = number_at(ctx, at, &number);

	if (at->shape == SHAPE_NUMBER || !tail) {
		*to = number;
		e->unread |= unread * bit;
		return;
	}
	if (unread)
		goto unread;
	if (at->shape == SHAPE_TEXT)
		*(text_t *)to = text_at(tail, number, probe.text_bytes);
	else if (at->shape == SHAPE_COUNTED)
		*(text_t *)to = counted_at(tail, number, register_value(ctx, at->index), probe.text_bytes);
	else
		*(text_t *)to = bytes_at(tail, number, at->length, probe.text_bytes);
	if (((text_t *)to)->size || !((text_t *)to)->whole)
		return;
unread:
	e->unread |= bit;
}

static __always_inline void take_values(struct pt_regs *ctx, struct probe *e, const volatile struct location *at,
					struct tail *tail)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PROBE_VALUES; i++) {
		if (i < probe.values && plan.wanted[__builtin_offsetof(struct probe, value) + i * 8])
			take_value(ctx, e, &e->value[i], &at[i], 1u << i, tail);
	}
}

/* Not inlined: there would be one for each way that leads here, and each is large. */
static __noinline long fill(struct pt_regs *ctx, struct tail *tail, const volatile struct location *at)
{
	take_values(ctx, event_in(tail), at, tail);
	return 0;
}

static __always_inline void name_site(struct probe *e, const struct probe_site *site)
{
	if (site)
		e->function = site->function;
}

static __always_inline void fill_at_site(struct pt_regs *ctx, struct tail *tail, const struct probe_site *site)
{
	name_site(event_in(tail), site);
	fill(ctx, tail, site ? site->at : probe.at);
}

static __always_inline void take_result(struct pt_regs *ctx, struct probe *e, struct tail *tail)
{
	if (wants(probe, result))
		take_value(ctx, e, &e->result, &probe.result, 1u << PROBE_VALUES, tail);
}

/* A text, places that the verifier does not know, or a stack want the event in memory of a map. */
static __always_inline bool wants_tail(const struct probe_site *site)
{
#ifdef TAKES_STACKS
	return true;
#else
	return probe.has_texts || site;
#endif
}

static __always_inline void fetch_texts(struct pt_regs *ctx)
{
	const struct probe_site *site = site_of(ctx);
	const volatile struct location *at = site ? site->at : probe.at;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PROBE_VALUES; i++)
		if (i < probe.values && plan.wanted[__builtin_offsetof(struct probe, value) + i * 8])
			fetch_text(ctx, &at[i]);
}

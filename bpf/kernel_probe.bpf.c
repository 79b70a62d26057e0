/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `plumb probe` loads for a place in the kernel: a tracepoint or a function.
 *
 * As of bpf/probe.bpf.c the event's shape is written at run time over struct probe. Which of the programs is loaded says the
 * surface; user space attaches it to all that the probe's name stands for.
 */
#ifndef PROBE_TAKES_STACKS
#define WITHOUT_STACKS
#endif
#include "tracer.bpf.h"
#include "context_value.bpf.h"
#include "kernel_frames.bpf.h"

/* Filled by user space before the load, like the plan. */
struct kernel_plan {
	__u32 values;	  /* how many of `at` are used */
	__u32 has_texts;  /* one of them, or the result, is in the tail */
	__u32 sites;	  /* several: which one it is, its cookie says */
	__u32 text_bytes; /* the longest text, with its NUL */
	struct context_value at[PROBE_VALUES];
	struct context_value result;
	/* not read: BTF holds only types that something mentions */
	enum probe_limits limits;
	enum context_form form;
	text_t text;
};
const volatile struct kernel_plan probe = {.text_bytes = TEXT_BYTES};

/* Which programs are loaded. */
const volatile bool at_tracepoint = false;
const volatile bool at_raw_tp = false;
const volatile bool at_kprobe = false;
const volatile bool at_kretprobe = false;
const volatile bool at_fentry = false;
const volatile bool at_fexit = false;
const volatile bool paired = false; /* a call and its return, as one event: */
const volatile bool pairs_kprobe = false; /* of kprobe and kretprobe, */
const volatile bool pairs_fentry = false; /* or of fentry and fexit */

static __always_inline void take_value(void *ctx, struct probe *e, __u64 *to, const volatile struct context_value *at,
				       __u32 bit, struct tail *tail)
{
	bool is_read;

	if (at->form == FORM_NUMBER)
		is_read = context_number(ctx, at, to);
	else
		is_read = tail && context_text(ctx, at, tail, probe.text_bytes, (text_t *)to);
	if (!is_read)
		e->unread |= bit;
}

static __always_inline void take_values(void *ctx, struct probe *e, struct tail *tail)
{
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PROBE_VALUES; i++) {
		if (i < probe.values && plan.wanted[__builtin_offsetof(struct probe, value) + i * 8])
			take_value(ctx, e, &e->value[i], &probe.at[i], 1u << i, tail);
	}
}

static __always_inline void take_result(void *ctx, struct probe *e, struct tail *tail)
{
	if (probe.result.form && wants(probe, result))
		take_value(ctx, e, &e->result, &probe.result, 1u << PROBE_VALUES, tail);
}

/* A text or a stack wants the event in memory of a map. */
static __always_inline bool wants_tail(void)
{
#ifdef TAKES_STACKS
	return true;
#else
	return probe.has_texts;
#endif
}

/* Not inlined: there would be one for each way that leads here, and each is large. */
static __noinline long fill(void *ctx, struct tail *tail)
{
	take_values(ctx, event_in(tail), tail);
	if (!paired)
		take_result(ctx, event_in(tail), tail);
	return 0;
}

/* The same for numbers, into an event on the stack, of which before 5.12 there would be too little for both. */
static __noinline long fill_numbers(void *ctx, struct probe *e)
{
	take_values(ctx, e, NULL);
	take_result(ctx, e, NULL);
	return 0;
}

static __always_inline __u32 function_at(void *ctx)
{
	return probe.sites ? bpf_get_attach_cookie(ctx) : 0;
}

static __always_inline int tell(void *ctx, const struct caller *who)
{
	struct tail *tail = claim_tail(sizeof(struct probe)); /* nothing is known yet that --where could judge */
	struct probe *in_tail;

	if (!tail)
		return 0;
	in_tail = event_in(tail);
	__builtin_memset(in_tail, 0, sizeof(*in_tail));
	in_tail->who = *who;
	in_tail->function = function_at(ctx);
	fill(ctx, tail);
	if (passes(in_tail, (void *)in_tail)) {
		describe_caller(&in_tail->who, CALLER_LATE);
		finish_tail(ctx, in_tail, tail, 1);
	}
	give_back(tail);
	return 0;
}

static __always_inline int tell_at_once(void *ctx, struct probe *e)
{
	e->function = function_at(ctx);
	fill_numbers(ctx, e);
	return emit(ctx, e);
}

static __always_inline int on_one(void *ctx)
{
	EVENT_ON_STACK e = {};

	if (!current_caller(&e.who))
		return 0;
	return wants_tail() ? tell(ctx, &e.who) : tell_at_once(ctx, (void *)&e);
}

static __always_inline int begin_pair(void *ctx, __u64 stack, __u32 function)
{
	struct tail *tail = claim_call();

	if (!tail)
		return 0;
	((struct probe *)event_in(tail))->function = function;
	fill(ctx, tail);
	push_frame((void *)tail->record, tail->used, stack, 1);
	give_back(tail);
	return 0;
}

static __always_inline int end_pair(void *ctx, __u64 stack, __u32 function)
{
	struct frame_key key;
	struct frame *frame = returning_frame(stack, function, &key);
	struct tail *tail;
	struct probe *e;

	if (!frame)
		return 0;
	tail = frame_in_tail(frame);
	close_frame(&key);
	if (!tail)
		return 0;
	e = event_in(tail);
	e->latency = now() - e->latency;
	take_result(ctx, e, tail);
	return emit_span_tail(ctx, e, tail);
}

#define ON_ONE(section, program, condition)                                                        \
	SEC(section) SERVES("hits") IF(condition)                                                  \
	int program(void *ctx)                                                                     \
	{                                                                                          \
		return on_one(ctx);                                                                \
	}

ON_ONE("tracepoint", on_tracepoint, at_tracepoint)
ON_ONE("raw_tp", on_raw_tp, at_raw_tp)
ON_ONE("kprobe", on_kprobe, at_kprobe)
ON_ONE("kretprobe", on_kretprobe, at_kretprobe)
ON_ONE("fentry", on_fentry, at_fentry)
ON_ONE("fexit", on_fexit, at_fexit)

/* Stands before what begins pairs, so that it is attached first: a call that is seen has its return. */
SEC("kretprobe") SERVES("ends of calls") IF(pairs_kprobe)
int on_last(struct pt_regs *ctx)
{
	return end_pair(ctx, ctx->sp - 8, function_at(ctx));
}

SEC("kprobe") SERVES("begins of calls") IF(pairs_kprobe)
int on_first(struct pt_regs *ctx)
{
	return span_begins() ? begin_pair(ctx, ctx->sp, function_at(ctx)) : 0;
}

/*
 * A trampoline has the arguments of a call in its frame, for both programs at the same place: that is what tells the call from
 * others.
 */
SEC("fexit") SERVES("ends of calls") IF(pairs_fentry)
int on_last_typed(void *ctx)
{
	return end_pair(ctx, address_of_context(ctx), 0);
}

SEC("fentry") SERVES("begins of calls") IF(pairs_fentry)
int on_first_typed(void *ctx)
{
	return span_begins() ? begin_pair(ctx, address_of_context(ctx), 0) : 0;
}

/* What a thread was in when it ended. */
SEC("tp_btf/sched_process_exit") SERVES("ends of threads") IF(paired)
int BPF_PROG(on_end, struct task_struct *task)
{
	forget_frames(task);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `plumb probe` loads: one of these for each probe that the user names.
 *
 * The event's shape is written at run time, by src/kernel/probe.cpp, over struct probe: it gives the places in
 * `value` the names and types that the probe has. All else is as in a tracer.
 *
 * A call and its return become one event where `paired` is set: `frames` remembers the event that was made at the
 * call, under its thread and how many such calls it is in. A return finds its call by the stack pointer. What
 * lies below it has ended without a return, by an exception or longjmp, and is dropped. Where the ret instructions
 * are probed instead, each frame is found by itself (ends.bpf.h).
 */
#ifndef PROBE_TAKES_STACKS
#define WITHOUT_STACKS
#endif
#include "tracer.bpf.h"
#include "state.bpf.h"
#include "ends.bpf.h"
#include "own_stack.bpf.h"
#include "pace.bpf.h"
#include "probe_values.bpf.h"

/* Which programs are loaded: for calls alone, returns alone, or both as one event. */
const volatile bool calls_alone = true;
const volatile bool returns_alone = false;
const volatile bool paired = false;
const volatile bool nested = false; /* pairs whose returns the kernel catches: each thread has a stack of them */
const volatile bool fetches = false; /* before a call is told: the pages of its texts */

static __always_inline int tell(struct pt_regs *ctx, const struct caller *who, const struct probe_site *site,
				bool returned, __u32 weight)
{
	struct tail *tail = claim_tail(sizeof(struct probe)); /* nothing is known yet that --where could judge */
	struct probe *in_tail;

	if (!tail)
		return 0;
	in_tail = event_in(tail);
	__builtin_memset(in_tail, 0, sizeof(*in_tail));
	in_tail->who = *who;
	if (returned) {
		name_site(in_tail, site);
		take_result(ctx, in_tail, tail);
	} else {
		fill_at_site(ctx, tail, site);
	}
	if (passes(in_tail, (void *)in_tail)) {
		describe_caller(&in_tail->who, CALLER_LATE);
		finish_tail(ctx, in_tail, tail, weight);
	}
	give_back(tail);
	return 0;
}

/* The stack pointer at the function's entry. */
static __always_inline __u64 entry_stack(struct pt_regs *ctx, const struct probe_site *site)
{
	return ctx->sp - (site ? site->stack_moved : probe.stack_moved);
}

static __always_inline int begin_pair_in_tail(struct pt_regs *ctx, const struct probe_site *site, __u32 weight)
{
	struct tail *tail = claim_call();

	if (!tail)
		return 0;
	fill_at_site(ctx, tail, site);
	begin_frame(ctx, (void *)tail->record, tail->used, entry_stack(ctx, site), weight);
	give_back(tail);
	return 0;
}

/* Without memory of this CPU, which another task may have when this one takes its place. */
static __always_inline int begin_pair(struct pt_regs *ctx, __u32 weight)
{
	struct frame frame = {};

	whole_caller(&frame.event.who);
	take_values(ctx, &frame.event, probe.at, NULL);
	begin_frame(ctx, &frame, sizeof(frame), ctx->sp - probe.stack_moved, weight);
	return 0;
}

static __always_inline int end_pair(struct pt_regs *ctx)
{
	const struct probe_site *site = site_of(ctx);
	struct frame_key key;
	struct frame *frame = ended_frame(ctx, site ? site->function : 0, &key);
	struct tail *tail;
	struct probe *e;
	__u32 weight;
	bool kept;

	if (!frame)
		return 0;
	weight = frame->head.weight;
	if (!wants_tail(site)) {
		struct probe copy = frame->event;

		if (!close_call(&key))
			return 0;
		copy.latency = now() - copy.latency;
		take_result(ctx, &copy, NULL);
		return emit_span_weighted(ctx, &copy, weight);
	}
	tail = frame_in_tail(frame);
	kept = close_call(&key);
	if (!tail)
		return 0;
	if (!kept) {
		give_back(tail);
		return 0;
	}
	e = event_in(tail);
	e->latency = now() - e->latency;
	take_result(ctx, e, tail);
	return emit_span_tail_weighted(ctx, e, tail, weight);
}

static __always_inline int tell_at_once(struct pt_regs *ctx, struct probe *e, bool returned, __u32 weight)
{
	if (returned)
		take_result(ctx, e, NULL);
	else
		take_values(ctx, e, probe.at, NULL);
	return emit_weighted(ctx, e, weight);
}

static __always_inline int on_one(struct pt_regs *ctx, bool returned)
{
	const struct probe_site *site = sites_matter() ? site_of(ctx) : NULL;
	EVENT_ON_STACK e = {};
	__u32 weight;

	if (only_counts() || !current_caller(&e.who))
		return 0;
	weight = draw_weight();
	if (!weight)
		return 0;
	if (wants_tail(site))
		return tell(ctx, &e.who, site, returned, weight);
	return tell_at_once(ctx, (void *)&e, returned, weight);
}

SEC("uprobe") SERVES("calls") IF(calls_alone)
int on_call(struct pt_regs *ctx)
{
	keep_own_stack(ctx);
	return on_one(ctx, false);
}

SEC("uretprobe") SERVES("returns") IF(returns_alone)
int on_return(struct pt_regs *ctx)
{
	keep_own_stack(ctx);
	return on_one(ctx, true);
}

/* Stands before what begins pairs, so that it is attached first: a call that is seen has its return. */
SEC("uretprobe") SERVES("ends of calls") IF(paired)
int on_last(struct pt_regs *ctx)
{
	keep_own_stack(ctx);
	return end_pair(ctx);
}

SEC("uprobe") SERVES("begins of calls") IF(paired)
int on_first(struct pt_regs *ctx)
{
	const struct probe_site *site = site_of(ctx);
	__u32 weight;

	keep_own_stack(ctx);
	if (only_counts() || !span_begins())
		return 0;
	weight = draw_weight();
	if (!weight)
		return pass_by(ctx, entry_stack(ctx, site));
	return wants_tail(site) ? begin_pair_in_tail(ctx, site, weight) : begin_pair(ctx, weight);
}

/* Attached last and so run first. It may sleep, and has to do with less than 64 bytes of stack (see keep_own_stack). */
SEC("uprobe.s") SERVES("text on pages that nobody has touched yet") IF(fetches)
int fetch_pages(struct pt_regs *ctx)
{
	/* with fewer hits looked at, each page has fewer chances; it needs one */
	if (draw() && is_target_process(bpf_get_current_pid_tgid() >> 32))
		fetch_texts(ctx);
	return 0;
}

/* What a thread was in when it ended. */
SEC("tp_btf/sched_process_exit") SERVES("ends of threads") IF(nested)
int BPF_PROG(on_end, struct task_struct *task)
{
	forget_frames(task);
	return 0;
}

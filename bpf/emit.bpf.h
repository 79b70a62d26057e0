/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one way out of the kernel: filter, sample, aggregate or send, and count which.
 *
 * An event is a hole-free struct on the stack. `emit` takes it as it is; an event with text of any
 * length opens a tail first, appends to it (bpf/tail.bpf.h) and leaves by `emit_tail`.
 */
#pragma once
#include "account.bpf.h"
#include "group.bpf.h"
#include "schema.bpf.h"
#include "targets.bpf.h"
#include <bpf/bpf_core_read.h>

/* Begins every record; user space finds the members through BTF. */
struct header {
	__u64 time;   /* ns, CLOCK_MONOTONIC */
	__u32 weight; /* events this record stands for */
	__u16 tracer;
	__u16 cpu;
};

/*
 * Both rings are shared by all tracers of a session and drained by one reader. Full: the record is
 * dropped and counted as lost_ring_full. User space sets their size.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps") SHARED DOC("events on their way"),
	lifecycle SEC(".maps") SHARED DOC("lifecycle events on their way");

/* The same where the kernel has no ring buffer (before 5.8); else not created. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf_events SEC(".maps") SHARED DOC("perf buffers of events on their way");

/* What the reader tells the programs; mapped into its memory. */
struct reader {
	__u32 idle;  /* it sleeps until the first record wakes it */
	__u32 epoch; /* which table of groups collects now: 0 even, 1 odd */
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct reader);
} readers SEC(".maps") SHARED DOC("what the reader tells the programs");

#define now() bpf_ktime_get_ns()

#include "stack.bpf.h"

/* Is this the first record since the reader went idle? Once. */
static __always_inline bool ends_idleness(void)
{
	__u32 zero = 0;
	struct reader *reader = bpf_map_lookup_elem(&readers, &zero);

	if (!reader || !reader->idle)
		return false;
	reader->idle = 0;
	return true;
}

/*
 * A wake-up costs more than a record, so only two records cause one: the first after the reader
 * went idle, and the one that crosses the threshold. Between them the reader comes by itself.
 */
static __always_inline __u64 wake_flags(void *ring, __u64 size)
{
	__u64 waiting;

	if (plan.busy_reader)
		return BPF_RB_NO_WAKEUP;
	if (ends_idleness())
		return BPF_RB_FORCE_WAKEUP;
	waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	if (waiting >= plan.wake_bytes && waiting - size < plan.wake_bytes)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* The same for records of one size: how many this CPU has sent tells it without a call. */
static __always_inline __u64 wake_flags_by_count(void)
{
	struct account *account = own_account();

	if (plan.busy_reader)
		return BPF_RB_NO_WAKEUP;
	if (ends_idleness() ||
	    (account && (account->of[OUTCOME_EMITTED] & plan.wake_mask) == plan.wake_mask))
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

static __always_inline struct header stamp(__u32 weight)
{
	KEEP_TYPE(struct header);
	return (struct header){
		.time = now(),
		.weight = weight,
		.tracer = plan.tracer,
		.cpu = this_cpu(),
	};
}

static __always_inline __u32 current_epoch(void)
{
	__u32 zero = 0;
	struct reader *reader = bpf_map_lookup_elem(&readers, &zero);

	return reader && reader->epoch ? 1 : 0;
}

static __always_inline bool passes(const void *event, const char *body)
{
	if (!plan.leaves || where_passes(event, body, false))
		return true;
	count_outcome(OUTCOME_FILTERED);
	return false;
}

/*
 * The fate of an event that has passed and stands for `weight` events: its weight when it is sent, or 0 when it ends
 * here.
 */
static __always_inline __u32 admit(const void *event, const char *body, __u32 weight)
{
	if (plan.sample_every > 1) {
		if (bpf_get_prandom_u32() % plan.sample_every) {
			count_outcome(OUTCOME_SAMPLED_OUT);
			return 0;
		}
		weight *= plan.sample_every;
	}
	if (plan.grouped && aggregate(event, body, weight, current_epoch())) {
		count_outcome(OUTCOME_AGGREGATED);
		return 0;
	}
	return weight;
}

static __always_inline void sent(long error)
{
	count_outcome(error ? OUTCOME_LOST_RING_FULL : OUTCOME_EMITTED);
}

static __always_inline void *ring_of_plan(void)
{
	return plan.to_lifecycle ? (void *)&lifecycle : (void *)&events;
}

#define send_to_ring(ring, weight, e)                                                              \
	({                                                                                         \
		struct {                                                                           \
			struct header header;                                                      \
			typeof(*(e)) body;                                                         \
		} *record_ = bpf_ringbuf_reserve(ring, sizeof(*record_), 0);                       \
		if (record_) {                                                                     \
			record_->header = stamp(weight);                                           \
			record_->body = *(e);                                                      \
			bpf_ringbuf_submit(record_, wake_flags_by_count());                        \
		}                                                                                  \
		sent(!record_);                                                                    \
	})

/* Programs that may sleep take no such map; kernels that have them have rings. */
#ifdef READS_OTHERS
#define TO_PERF false
#else
#define TO_PERF plan.to_perf
#endif

#define send_to_perf(ctx, weight, e)                                                               \
	({                                                                                         \
		struct {                                                                           \
			struct header header;                                                      \
			typeof(*(e)) body;                                                         \
		} record_ = {stamp(weight), *(e)};                                                 \
		sent(bpf_perf_event_output(ctx, &perf_events, BPF_F_CURRENT_CPU, &record_,         \
					   sizeof(record_)));                                      \
	})

#define send_admitted(ctx, e, weight)                                                              \
	({                                                                                         \
		__u32 weight_ = admit(e, NULL, weight);                                            \
		if (weight_ && TO_PERF)                                                            \
			send_to_perf(ctx, weight_, e);                                             \
		else if (weight_ && plan.to_lifecycle)                                             \
			send_to_ring(&lifecycle, weight_, e);                                      \
		else if (weight_)                                                                  \
			send_to_ring(&events, weight_, e);                                         \
	})

/*
 * Sends an event without a tail; its caller `who` is the current task. Returns 0, so that a program
 * can end with it.
 */
#define emit(ctx, e) emit_weighted(ctx, e, 1)

/* The same for one that stands for several. */
#define emit_weighted(ctx, e, weight)                                                              \
	({                                                                                         \
		_Static_assert(sizeof(*(e)) <= PLAN_EVENT_BYTES, "the event is too large");        \
		KEEP_TYPE(typeof(*(e)));                                                           \
		if (passes(e, NULL)) {                                                             \
			describe_caller(&(e)->who, CALLER_LATE);                                   \
			send_admitted(ctx, e, weight);                                             \
		}                                                                                  \
		0;                                                                                 \
	})

/* The same for an event without a caller, or with one that was remembered. */
#define emit_plain(ctx, e) emit_plain_weighted(ctx, e, 1)
#define emit_plain_weighted(ctx, e, weight)                                                        \
	({                                                                                         \
		_Static_assert(sizeof(*(e)) <= PLAN_EVENT_BYTES, "the event is too large");        \
		KEEP_TYPE(typeof(*(e)));                                                           \
		if (passes(e, NULL))                                                               \
			send_admitted(ctx, e, weight);                                             \
		0;                                                                                 \
	})

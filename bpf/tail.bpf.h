/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tails: text of any length behind an event, so that a record costs what it carries.
 *
 *	struct tail *tail = open_tail(&e);
 *	if (!tail)
 *		return 0;
 *	if (wants(exec, path))
 *		e.path = kernel_text(tail, bprm->filename);
 *	return emit_tail(ctx, &e, tail);
 *
 * The record is assembled in memory of this CPU. A program that finds it in use (it interrupted
 * another, or took its CPU from it) loses its event as lost_scratch_busy.
 */
#pragma once
#include "emit.bpf.h"
#include "repeat.bpf.h"

#define RECORD_BYTES (30 * 1024) /* with the rest, what a per-CPU map takes: 32 KiB */
#define TEXT_BYTES   4096         /* the longest single text: PATH_MAX */
#define LIST_BYTES   (20 * 1024)  /* the longest list */

#define PATH_DEPTH 64

/*
 * Work space of bpf/path.bpf.h, and of bpf/args.bpf.h. It lies in a map and not on the stack because the verifier
 * follows the values of stack slots, and would walk each combination of steps apart.
 */
struct args_walk {
	__u64 vector; /* of pointers to strings */
	__u32 taken;  /* strings */
	__u32 missed; /* 1: there is more than was taken */
};
struct path_walk {
	struct dentry *dentry, *root;
	struct vfsmount *mnt, *root_mnt;
	__u32 complete;
	__u32 count; /* of names, innermost first */
	struct {
		const void *name;
		__u64 length;
	} names[PATH_DEPTH];
};
/* Of bpf/host_name.bpf.h, beside a path walk. */
struct name_walk {
	struct path *from; /* where the name begins, */
	__u64 passed; /* and where the process has it; 0: there is none */
	struct mount *mount; /* that it leads into, as far as it has been followed */
	struct dentry *folder; /* of it, that the text is below */
	struct list_head *next; /* the mount on it that is looked at next */
	__u32 size; /* of the text */
	__u32 begin; /* of the part of it that has not been followed */
	__u32 used; /* of the record, without the place that is compared */
	__u32 same; /* bytes that are the same in both */
	__u32 at; /* steps that were taken */
	__u32 device; /* what was found; 0: nothing */
	text_t path;
	__u8 dots; /* 0: a component begins; 1, 2: it is "." or ".." so far; 3: it has a name */
	__u8 crossed, complete, overrun;
	__u32 unused;
};

struct tail {
	__u32 users; /* programs that claim it now; only one alone may have it */
	__u32 used; /* bytes of the record: header, event and the tails so far */
	union {
		struct path_walk walk;
		struct args_walk args;
	};
	struct name_walk name;
	char record[RECORD_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tail);
} tails SEC(".maps") DOC("records under construction");

/*
 * A step of a loop (bpf/repeat.bpf.h) that works on a tail alone. For kernels without bpf_loop it is a global function, which
 * the verifier walks once, and not once per turn; such a function takes no pointer (before 5.12), so it looks the
 * tail up itself. Its object has it even if no program calls it.
 */
#ifdef PLUMB_LOOP_HELPER
#define TAIL_STEP(name)                                                                            \
	static __always_inline long name##_of(struct tail *tail, __u32 at);                        \
	static __noinline long name(__u32 at, struct tail **tail)                                  \
	{                                                                                          \
		return name##_of(*tail, at);                                                       \
	}                                                                                          \
	static __always_inline long name##_of(struct tail *tail, __u32 at)
#define repeat_in_tail(most, step, tail)                                                           \
	do {                                                                                       \
		struct tail *tail_ = tail;                                                         \
		bpf_loop(most, step, &tail_, 0);                                                   \
	} while (0)
#else
#define TAIL_STEP(name)                                                                            \
	static __always_inline long name##_of(struct tail *tail, __u32 at);                        \
	__noinline long name(__u32 at)                                                             \
	{                                                                                          \
		__u32 zero = 0;                                                                    \
		struct tail *tail = bpf_map_lookup_elem(&tails, &zero);                            \
		return tail ? name##_of(tail, at) : STEP_DONE;                                     \
	}                                                                                          \
	static __always_inline long name##_of(struct tail *tail, __u32 at)
#define repeat_in_tail(most, step, tail)                                                           \
	do {                                                                                       \
		for (__u32 at_ = 0; at_ < (most); at_++) {                                         \
			if (step(at_) == STEP_DONE)                                                \
				break;                                                             \
		}                                                                                  \
	} while (0)
#endif

static __always_inline void give_back(struct tail *tail)
{
	__sync_fetch_and_add(&tail->users, -1);
}

/*
 * To count and then look, not to look and then mark: another program on this CPU may run between
 * any two instructions of a preemptible one. At worst both find the other and both lose.
 */
static __always_inline struct tail *try_tail(__u32 event_size)
{
	__u32 zero = 0;
	struct tail *tail = bpf_map_lookup_elem(&tails, &zero);

	if (!tail)
		return NULL;
	__sync_fetch_and_add(&tail->users, 1);
	barrier();
	if (*(volatile __u32 *)&tail->users != 1) {
		give_back(tail);
		return NULL;
	}
	tail->used = sizeof(struct header) + event_size;
	return tail;
}

static __always_inline struct tail *claim_tail(__u32 event_size)
{
	struct tail *tail = try_tail(event_size);

	if (!tail)
		count_outcome(OUTCOME_LOST_SCRATCH_BUSY);
	return tail;
}

/*
 * NULL: the event has ended here and is accounted. What --where can say without the tails it says
 * now, so that nothing is read for an event that nobody wants.
 */
#define open_tail(e)                                                                               \
	({                                                                                         \
		struct tail *tail_ = NULL;                                                         \
		if (plan.leaves && !where_passes(e, NULL, true))                                   \
			count_outcome(OUTCOME_FILTERED);                                           \
		else                                                                               \
			tail_ = claim_tail(sizeof(*(e)));                                          \
		tail_;                                                                             \
	})

/*
 * Room for `most` more bytes, or NULL. Compared is the very 64-bit register that becomes the address: of a
 * 32-bit comparison kernels before 6.5 lose the bound ("R3 unbounded memory access").
 */
static __always_inline char *tail_room(struct tail *tail, __u32 most)
{
	__u64 used = tail->used;

	barrier_var(used);
	if (used > RECORD_BYTES - most)
		return NULL;
	return tail->record + used;
}

static __always_inline text_t tail_taken(struct tail *tail, __u32 size, __u32 whole)
{
	text_t ref = {
		.offset = tail->used - sizeof(struct header),
		.size = size,
		.whole = whole,
	};

	tail->used += size;
	return ref;
}

/*
 * Cost of a copy is its length. The result of the str helpers counts the NUL; the record does not
 * carry it. A text that was too long or could not be read is marked as cut by one byte: its true
 * length is not known.
 */
static __always_inline text_t text_read(struct tail *tail, long got)
{
	if (got <= 0)
		return (text_t){ .whole = 1 };
	return tail_taken(tail, got - 1, got == TEXT_BYTES ? got : got - 1);
}

static __always_inline text_t kernel_text(struct tail *tail, const void *from)
{
	char *to = tail_room(tail, TEXT_BYTES);

	return text_read(tail, to ? bpf_probe_read_kernel_str(to, TEXT_BYTES, from) : 0);
}

static __always_inline text_t user_text(struct tail *tail, __u64 from)
{
	char *to = tail_room(tail, TEXT_BYTES);

	return text_read(tail, to ? bpf_probe_read_user_str(to, TEXT_BYTES, (void *)from) : 0);
}

static __always_inline long send_tail(void *ctx, struct tail *tail, __u32 size)
{
	if (plan.to_perf)
		return bpf_perf_event_output(ctx, &perf_events, BPF_F_CURRENT_CPU, tail->record, size);
	if (plan.to_lifecycle)
		return bpf_ringbuf_output(&lifecycle, tail->record, size,
					  wake_flags(&lifecycle, size));
	return bpf_ringbuf_output(&events, tail->record, size, wake_flags(&events, size));
}

/* `event` lies in the record already, before its tails. */
static __always_inline void finish_tail(void *ctx, const void *event, struct tail *tail, __u32 weight)
{
	__u32 admitted = admit(event, event, weight);
	__u32 size = tail->used;

	if (!admitted)
		return;
	*(struct header *)tail->record = stamp(admitted);
	if (size > RECORD_BYTES || size == 0)
		return;
	sent(send_tail(ctx, tail, size));
}

/* An event where it is sent from; a tracer may make it there instead of on the stack: it is not zero yet. */
#define event_in(tail) ((void *)((tail)->record + sizeof(struct header)))

/*
 * Sends an event with its tail, and gives the memory back. Returns 0. The event is judged where it will be
 * sent from: of memory in a map the verifier knows nothing, so it does not follow each combination of fields that
 * a tracer may have set through --where and --by.
 */
#define emit_tail(ctx, e, tail) emit_tail_by(e, tail, finish_tail(ctx, event_, tail, 1))

/* The same with what else sends it, which finds the event as `event_`. */
#define emit_tail_by(e, tail, finish)                                                              \
	({                                                                                         \
		typeof(e) event_ = event_in(tail);                                                 \
		_Static_assert(sizeof(*(e)) <= PLAN_EVENT_BYTES, "the event is too large");        \
		KEEP_TYPE(typeof(*(e)));                                                           \
		*event_ = *(e);                                                                    \
		if (passes(event_, (void *)event_)) {                                              \
			describe_caller(&event_->who, CALLER_LATE);                                \
			finish;                                                                    \
		}                                                                                  \
		give_back(tail);                                                                   \
		0;                                                                                 \
	})

/* Without memory the end of a span is a hit, and lost. */
static __always_inline void count_span_without_tail(void)
{
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_SCRATCH_BUSY);
}

static __always_inline struct tail *claim_tail_of_span(__u32 event_size)
{
	struct tail *tail = try_tail(event_size);

	if (!tail)
		count_span_without_tail();
	return tail;
}

/*
 * The end of a span with a tail, as emit_span of bpf/state.bpf.h: its caller was remembered. The event is made in
 * event_in(tail), and nowhere else: it is not copied.
 */
#define emit_span_tail(ctx, e, tail) emit_span_tail_weighted(ctx, e, tail, 1)
#define emit_span_tail_weighted(ctx, e, tail, weight)                                              \
	({                                                                                         \
		_Static_assert(sizeof(*(e)) <= PLAN_EVENT_BYTES, "the event is too large");        \
		KEEP_TYPE(typeof(*(e)));                                                           \
		count_outcome(OUTCOME_HITS);                                                       \
		if (passes(e, event_in(tail)))                                                     \
			finish_tail(ctx, e, tail, weight);                                         \
		give_back(tail);                                                                   \
		0;                                                                                 \
	})

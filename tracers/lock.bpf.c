// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// lock: waits for locks inside the kernel: of which kind, how long, and who held it.
//
// Every kind of lock passes contention_begin and contention_end (since 5.19) when it is taken
// already, and neither when it is free. Before, the functions in which mutexes and rwsems wait are watched. Waits nest: whoever waits for a mutex takes spin locks
// meanwhile, and so do interrupts. One that spins stays on its CPU until the end, so its begin is
// kept with the CPU; another one with its thread.
//
// Cost:  about 0.3 us per wait.
// Blind: what most locks of objects are called: `name` knows those of the thread and its process, `symbol` global
//        ones where the kernel lists its variables. Of those who wait for a spin lock, the first, but in guests with
//        paravirtual ones. Readers that hold an rwsem. The locks of plumb's own buffers.
#include "tracer.bpf.h"
#include "context.bpf.h"
#include "lock.bpf.h"
#include "state.bpf.h"
#include "task.bpf.h"

EVENT(lock, "a wait for a lock of the kernel",
      VIEW("who.comm,kind,name", "count,sum(latency),p99(latency),max(latency)")) {
	struct caller who DETAIL_PART(user);
	enum lock_kind kind  KEY DOC("what was waited for, and how it was to be taken");
	enum lock_name name  KEY ZERO_IS_UNKNOWN DOC("which one, of the thread's own and those of its memory, signals and files");
	errno_t error        KEY DETAIL DOC("why the wait was given up; 0: it got the lock");
	bool interrupt       KEY DETAIL DOC("an interrupt waited, that had come upon this thread");
	__u8 unused[3];
	pointer_t address    KEY DETAIL ALSO_DETAIL(symbol, symbol) DOC("the lock, as the kernel addresses it");
	ns_t latency         DOC("how long it waited");
	struct thread holder DOC("who had the lock at first: of mutexes and rwsems that are written");
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct waits);
} spins SEC(".maps") DOC("waits that spin");
/* Made where a thread first waits for a lock that lets it sleep: it holds none that allocating takes. */
THREAD_STATE(sleeps, struct waits, "waits that may sleep");

static __always_inline struct waits *spins_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&spins, &zero);
}

/* To send an event takes this lock: not from within its wait's end, when it is held. */
#define is_lock_of(ring, lock)                                                                     \
	((__u64)(lock) == (__u64)((struct bpf_ringbuf_map *)&(ring))->rb +                         \
				  bpf_core_field_offset(struct bpf_ringbuf, spinlock))

static __always_inline int begins(void *lock, enum lock_kind kind, bool spins)
{
	struct waits *waits;
	struct wait *wait;

	if (is_lock_of(events, lock) || is_lock_of(lifecycle, lock) || !span_begins())
		return 0;
	waits = spins ? spins_here() : new_thread_state(sleeps, current_task());
	if (!waits)
		return 0;
	wait = find(waits, (__u64)lock);
	/* a mutex tells each time that it goes from spinning to sleeping and back */
	if (wait && kind == LOCK_KIND_MUTEX)
		return 0;
	wait = wait ?: find(waits, 0) ?: oldest(waits);
	*wait = (struct wait){ .lock = (__u64)lock, .began = now(), .kind = kind };
	if (wants_any(lock, holder))
		find_holder(&wait->holder, kind, lock);
	return 0;
}

static __always_inline int ends(void *ctx, void *lock, int result)
{
	struct wait *wait = find(spins_here(), (__u64)lock)
				    ?: find(thread_state(sleeps, current_task()), (__u64)lock);
	struct lock e = {};

	if (!wait)
		return 0;
	e.latency = now() - wait->began;
	e.kind = wait->kind;
	e.error = -result;
	e.address = (__u64)lock;
	if (wants(lock, name))
		e.name = name_of_lock(lock);
	e.holder = wait->holder;
	wait->lock = 0;
	if (!current_caller(&e.who))
		return 0;
	if (wants(lock, interrupt))
		e.interrupt = in_interrupt(ctx);
	return emit(ctx, &e);
}

SEC("tp_btf/contention_begin") SERVES("waits for every kind of lock")
int BPF_PROG(on_begin, void *lock, __u32 flags)
{
	return begins(lock, kind_of(flags), flags & LOCK_SPINS && kind_of(flags) != LOCK_KIND_MUTEX);
}

SEC("tp_btf/contention_end") SERVES("the ends of waits for every kind of lock")
int BPF_PROG(on_end, void *lock, int result)
{
	return ends(ctx, lock, result);
}

/* Before 5.19: where those wait that may sleep. */
#define IN(name, function, kind, result)                                                            \
	SEC("fentry/" #function) SERVES("waits in " #function) INSTEAD_OF("tp_btf/contention_begin")   \
	int begin_##name(__u64 *ctx) { return begins((void *)ctx[0], kind, false); }           \
	SEC("fexit/" #function) SERVES("ends of " #function) INSTEAD_OF("tp_btf/contention_begin") \
	int end_##name(__u64 *ctx) { return ends(ctx, (void *)ctx[0], result); }
IN(mutex, __mutex_lock_slowpath, LOCK_KIND_MUTEX, 0)
IN(mutex_k, __mutex_lock_killable_slowpath, LOCK_KIND_MUTEX, ctx[1])
IN(mutex_i, __mutex_lock_interruptible_slowpath, LOCK_KIND_MUTEX, ctx[1])
IN(read, rwsem_down_read_slowpath, LOCK_KIND_RWSEM_READ, error_in(ctx[2]))
IN(write, rwsem_down_write_slowpath, LOCK_KIND_RWSEM_WRITE, error_in(ctx[2]))

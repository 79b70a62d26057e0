/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Locks inside the kernel: what the tracepoints of contention tell of them, and who holds one. */
#pragma once
#include "task.bpf.h"

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct mutex {
	atomic64_t owner; /* a task, and flags in the low bits */
};

struct rw_semaphore {
	atomic64_t owner; /* the same; bit 0: readers */
};

/* The locks of a thread, and of what its process shares. */
struct mm_struct___locks {
	struct rw_semaphore mmap_lock, page_table_lock;
};

struct sighand_struct {
	struct mutex siglock;
};

struct files_struct___locks {
	struct mutex file_lock;
};

struct task_struct___locks {
	struct mutex alloc_lock;
	struct sighand_struct *sighand;
};

struct rqspinlock {
	int val;
};

struct bpf_ringbuf {
	struct rqspinlock spinlock;
};

struct bpf_ringbuf_map {
	struct bpf_ringbuf *rb;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

/* The flags of contention_begin: include/trace/events/lock.h */
enum {
	LOCK_SPINS = 1,
	LOCK_READS = 2,
	LOCK_WRITES = 4,
	LOCK_RT = 8,
	LOCK_PERCPU = 16,
	LOCK_MUTEX = 32,
};

enum lock_kind {
	LOCK_KIND_SPIN,
	LOCK_KIND_RWLOCK_READ,
	LOCK_KIND_RWLOCK_WRITE,
	LOCK_KIND_MUTEX,
	LOCK_KIND_RWSEM_READ,
	LOCK_KIND_RWSEM_WRITE,
	LOCK_KIND_SEMAPHORE,
	LOCK_KIND_RTMUTEX,
	LOCK_KIND_PERCPU_READ,
	LOCK_KIND_PERCPU_WRITE,
};

/* include/linux/mm_types.h, sched.h, sched/signal.h, fdtable.h: as their members are called. */
enum lock_name {
	LOCK_NAME_UNKNOWN,
	LOCK_NAME_MMAP_LOCK,
	LOCK_NAME_PAGE_TABLE_LOCK,
	LOCK_NAME_SIGLOCK,
	LOCK_NAME_FILE_LOCK,
	LOCK_NAME_ALLOC_LOCK,
};

#define is_lock_in(lock, object, type, member)                                                     \
	((__u64)(lock) == (__u64)(object) + bpf_core_field_offset(struct type, member))

/* Of the current thread's locks. */
static __always_inline enum lock_name name_of_lock(void *lock)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if (is_lock_in(lock, mm, mm_struct___locks, mmap_lock))
		return LOCK_NAME_MMAP_LOCK;
	if (is_lock_in(lock, mm, mm_struct___locks, page_table_lock))
		return LOCK_NAME_PAGE_TABLE_LOCK;
	if (is_lock_in(lock, BPF_CORE_READ((struct task_struct___locks *)task, sighand), sighand_struct, siglock))
		return LOCK_NAME_SIGLOCK;
	if (is_lock_in(lock, BPF_CORE_READ(task, files), files_struct___locks, file_lock))
		return LOCK_NAME_FILE_LOCK;
	if (is_lock_in(lock, task, task_struct___locks, alloc_lock))
		return LOCK_NAME_ALLOC_LOCK;
	return LOCK_NAME_UNKNOWN;
}

static __always_inline enum lock_kind kind_of(__u32 flags)
{
	const bool writes = flags & LOCK_WRITES;

	if (flags & LOCK_MUTEX)
		return LOCK_KIND_MUTEX;
	if (flags & LOCK_RT)
		return LOCK_KIND_RTMUTEX;
	if (flags & LOCK_PERCPU)
		return writes ? LOCK_KIND_PERCPU_WRITE : LOCK_KIND_PERCPU_READ;
	if (!(flags & (LOCK_READS | LOCK_WRITES)))
		return flags & LOCK_SPINS ? LOCK_KIND_SPIN : LOCK_KIND_SEMAPHORE;
	if (flags & LOCK_SPINS)
		return writes ? LOCK_KIND_RWLOCK_WRITE : LOCK_KIND_RWLOCK_READ;
	return writes ? LOCK_KIND_RWSEM_WRITE : LOCK_KIND_RWSEM_READ;
}

/* kernel/locking/mutex.c, rwsem.c. On PREEMPT_RT they are made of other things. */
static __always_inline void find_holder(struct thread *holder, enum lock_kind kind, void *lock)
{
	struct task_struct *task;
	__u64 owner = 0;

	if (kind == LOCK_KIND_MUTEX && bpf_core_field_exists(struct mutex, owner))
		owner = BPF_CORE_READ((struct mutex *)lock, owner.counter);
	if ((kind == LOCK_KIND_RWSEM_READ || kind == LOCK_KIND_RWSEM_WRITE) &&
	    bpf_core_field_exists(struct rw_semaphore, owner))
		owner = BPF_CORE_READ((struct rw_semaphore *)lock, owner.counter);
	task = (void *)(owner & ~7ULL);
	if (!task || owner & 1)
		return;
	holder->pid = BPF_CORE_READ(task, tgid);
	holder->tid = BPF_CORE_READ(task, pid);
	BPF_CORE_READ_STR_INTO(&holder->comm, task, comm);
}

/*
 * Waits under way, one within another: a thread, a softirq, an interrupt and an NMI may each wait.
 * One whose end was missed is overwritten by the next for the same lock, or when it is the oldest
 * of four.
 */
#define NESTED 4
struct waits {
	struct wait {
		__u64 lock; /* 0: free */
		__u64 began;
		enum lock_kind kind;
		__u32 unused;
		struct thread holder;
	} at[NESTED];
};

static __always_inline struct wait *find(struct waits *waits, __u64 lock)
{
#pragma unroll
	for (int i = 0; waits && i < NESTED; i++) {
		if (waits->at[i].lock == lock)
			return &waits->at[i];
	}
	return NULL;
}

static __always_inline struct wait *oldest(struct waits *waits)
{
	struct wait *oldest = &waits->at[0];

#pragma unroll
	for (int i = 1; i < NESTED; i++) {
		if (waits->at[i].began < oldest->began)
			oldest = &waits->at[i];
	}
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_STATE_FULL);
	return oldest;
}

/* Of what returns the lock, or an error in its place: include/linux/err.h. */
static __always_inline int error_in(__u64 lock)
{
	return lock >= -4095ULL ? lock : 0;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has a lock of a program, as its memory tells. */
#pragma once
#include "find_task.bpf.h"
#include "futex.bpf.h"
#include "unwind_tables.bpf.h"

/* The thread of the same process that has this number in its own pid namespace; 0: none has. */
static __always_inline __u32 thread_numbered(struct task_struct *task, __u32 number)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct task_struct *found;
	struct upid own = {};

	bpf_core_read(&own, sizeof(own),
		      (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid));
	found = task_in(own.ns, number);
	return BPF_CORE_READ(found, tgid) == BPF_CORE_READ(task, tgid) ? BPF_CORE_READ(found, pid) : 0;
}

/*
 * A mutex that somebody waits for says it in its first word (musl, and glibc where the kernel hands it over), or behind:
 * lock, count, owner, users of glibc's pthread_mutex_t (sysdeps/x86/nptl/bits/struct_mutex.h). What is no thread of
 * the process was none. 0: it is not told. `whose`: as of bpf/unwind_tables.bpf.h.
 */
static __always_inline __u32 holder_of(__u64 lock, struct task_struct *task, struct task_struct *whose)
{
	struct {
		__u32 word, count, owner, users;
	} mutex = {};

	if (read_memory(whose, &mutex, sizeof(mutex), lock))
		return 0;
	if (mutex.word & FUTEX_WAITERS)
		return thread_numbered(task, mutex.word & FUTEX_TID_MASK);
	return mutex.word == 2 && mutex.users ? thread_numbered(task, mutex.owner) : 0;
}

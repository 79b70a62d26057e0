/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much memory a process has: include/linux/mm_types.h, struct mm_struct. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>

/* include/linux/mm_types_task.h */
enum resident { RESIDENT_FILE, RESIDENT_ANON, RESIDENT_SWAP, RESIDENT_SHMEM, RESIDENT_KINDS };

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct percpu_counter {
	__s64 count;
};

/* since 6.2 */
struct mm_struct___counters {
	atomic64_t pgtables_bytes;
	struct percpu_counter rss_stat[RESIDENT_KINDS];
};

struct mm_rss_stat {
	atomic64_t count[RESIDENT_KINDS];
};

struct mm_struct___stat {
	struct mm_rss_stat rss_stat;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

/* CO-RE does not see an index that is not a constant where it is written: the real size is asked for. */
static __always_inline void *resident_counter(struct mm_struct *mm, enum resident kind)
{
	if (bpf_core_type_exists(struct mm_rss_stat))
		return (void *)mm + bpf_core_field_offset(struct mm_struct___stat, rss_stat) +
		       bpf_core_field_offset(struct mm_rss_stat, count) + kind * sizeof(atomic64_t);
	return (void *)mm + bpf_core_field_offset(struct mm_struct___counters, rss_stat) +
	       kind * bpf_core_type_size(struct percpu_counter) +
	       bpf_core_field_offset(struct percpu_counter, count);
}

/*
 * The kernel counts pages per CPU, or per thread, and adds them up some at a time: what has not been is
 * missing here, which is some 100 KiB for each CPU at most.
 */
static __always_inline bytes_t resident_bytes(struct mm_struct *mm, enum resident kind)
{
	__s64 pages = 0;

	bpf_probe_read_kernel(&pages, sizeof(pages), resident_counter(mm, kind));
	return pages > 0 ? pages << 12 : 0;
}

static __always_inline bytes_t page_table_bytes(struct mm_struct *mm)
{
	struct mm_struct___counters *counters = (void *)mm;

	return BPF_CORE_READ(counters, pgtables_bytes.counter);
}

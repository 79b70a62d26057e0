/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is known of a group: how many events, and of each number its sum, least, greatest, and histogram.
 *
 * A histogram is log-linear: eight buckets per power of two (src/query/aggregate.h reads it).
 */
#pragma once
#include "account.bpf.h"
#include "where.bpf.h"

#define HISTOGRAM_BUCKETS 496

struct statistic {
	__u64 sum;
	__u64 min_complement; /* ~min, so that zeroed memory means "none yet" */
	__u64 max;
};

/* Only the leading part that the plan needs is allocated: user space sets the maps' value size. */
struct cell {
	__u64 count;
	struct statistic statistic[PLAN_METRICS];
	__u64 histogram[PLAN_HISTOGRAMS][HISTOGRAM_BUCKETS];
};

static __always_inline __u32 log2_of(__u64 v)
{
	__u32 log = 0;

#pragma unroll
	for (__u32 step = 32; step; step >>= 1) {
		if (v >> step) {
			v >>= step;
			log += step;
		}
	}
	return log;
}

static __always_inline __u32 bucket_of(__u64 v)
{
	if (v < 8)
		return v;
	__u32 log = log2_of(v);

	return ((log - 2) << 3) + ((v >> ((log - 3) & 63)) & 7);
}

static __always_inline void add_number(struct cell *cell, int i, const void *event, __u32 weight)
{
	__u64 number = load_number(event, plan.metric[i].offset, plan.metric[i].size,
				   plan.metric[i].is_signed);
	/* unsigned order for signed numbers: flip the sign bit */
	__u64 ordered = plan.metric[i].is_signed ? number ^ (1ULL << 63) : number;
	struct statistic *s = &cell->statistic[i];

	add_here(&s->sum, number * weight);
	if (~ordered > s->min_complement)
		s->min_complement = ~ordered;
	if (ordered > s->max)
		s->max = ordered;
	if (plan.metric[i].histogram) {
		__u32 bucket = bucket_of(number);

		if (bucket < HISTOGRAM_BUCKETS)
			add_here(&cell->histogram[(plan.metric[i].histogram - 1) & 1][bucket],
				 weight);
	}
}

static __always_inline bool add_to_cell(struct cell *cell, const void *event, __u32 weight)
{
	if (!cell)
		return false;
	add_here(&cell->count, weight);
#pragma unroll
	for (__u32 i = 0; i < PLAN_METRICS; i++) {
		if (i >= plan.metrics)
			break;
		add_number(cell, i, event, weight);
	}
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The least that a program at PLACE, a section's name, can do: count. */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC(PLACE)
int on_hit(void *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &zero);

	if (count)
		*count += 1;
	return 0;
}

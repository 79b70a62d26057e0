// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// names: the least that counts calls by their number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("raw_tp/sys_enter")
int on_enter(__u64 *ctx)
{
	__u32 number = ctx[1];
	__u64 *count = bpf_map_lookup_elem(&counts, &number);

	if (count)
		++*count;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// passed: the least a program on a static probe can do with its argument: add it up. By libbpf's reader of arguments.
#include <linux/bpf.h>
#include <stdbool.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct sum {
	__u64 count, sum;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sum);
} sums SEC(".maps");

SEC("usdt/" PROBED ":bench:passed")
int BPF_USDT(on_hit, long x)
{
	__u32 zero = 0;
	struct sum *sum = bpf_map_lookup_elem(&sums, &zero);

	if (sum) {
		sum->count += 1;
		sum->sum += x;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// groups: the time between calls of a processor, as a histogram by system call and process.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct key {
	__u32 pid;
	__u32 number;
};

struct cell {
	__u64 count;
	__u64 histogram[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct cell);
} cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cell);
} empty SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} before SEC(".maps");

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

static __always_inline struct cell *cell_of(struct key *key)
{
	struct cell *cell = bpf_map_lookup_elem(&cells, key);
	__u32 zero = 0;
	void *zeros;

	if (cell)
		return cell;
	zeros = bpf_map_lookup_elem(&empty, &zero);
	if (zeros)
		bpf_map_update_elem(&cells, key, zeros, BPF_NOEXIST);
	return bpf_map_lookup_elem(&cells, key);
}

SEC("tp_btf/sys_enter")
int on_enter(__u64 *ctx)
{
	struct key key = {bpf_get_current_pid_tgid() >> 32, ctx[1]};
	__u64 now = bpf_ktime_get_ns(), since;
	__u32 zero = 0;
	__u64 *last = bpf_map_lookup_elem(&before, &zero);
	struct cell *cell = cell_of(&key);

	if (!last || !cell)
		return 0;
	since = *last ? now - *last : 0;
	*last = now;
	cell->count++;
	cell->histogram[log2_of(since) & 63]++;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// latencies: the least that keeps count, sum and a histogram of latencies by number, the begin hung on the task.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct task_struct;

struct call {
	__u64 began;
	__u32 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call);
} calls SEC(".maps");

struct cell {
	__u64 count, sum;
	__u64 histogram[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, struct cell);
} cells SEC(".maps");

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

SEC("tp_btf/sys_enter")
int on_enter(__u64 *ctx)
{
	struct call *call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!call)
		return 0;
	call->number = ctx[1];
	call->began = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sys_exit")
int on_exit(__u64 *ctx)
{
	struct call *call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), 0, 0);
	struct cell *cell;
	__u64 latency;

	if (!call || !call->began)
		return 0;
	latency = bpf_ktime_get_ns() - call->began;
	call->began = 0;
	cell = bpf_map_lookup_elem(&cells, &call->number);
	if (!cell)
		return 0;
	cell->count++;
	cell->sum += latency;
	cell->histogram[log2_of(latency) & 63]++;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// reject: the least a program on every system call can do to find that none is wanted.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 wanted_calls;

SEC("tp_btf/sys_enter")
int on_enter(__u64 *ctx)
{
	if (ctx[1] == 999)
		__sync_fetch_and_add(&wanted_calls, 1);
	return 0;
}

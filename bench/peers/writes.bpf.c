// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// writes: when one process called write or writev on one descriptor, and how many bytes went.
//
// A reader behind a pipe also measures its own awakening; this sees the moment the tracer was done.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define MOST 65536
#define WRITE 1
#define WRITEV 20

const volatile __u32 wanted_pid, wanted_fd;

struct stamp {
	__u64 time; /* CLOCK_MONOTONIC, where the call began */
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MOST);
	__type(key, __u32);
	__type(value, struct stamp);
} stamps SEC(".maps");

__u64 began; /* of the call under way; one thread of the process writes */
__u32 used;

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter, struct pt_regs *regs, long number)
{
	if (number != WRITE && number != WRITEV)
		return 0;
	if (bpf_get_current_pid_tgid() >> 32 == wanted_pid && regs->rdi == wanted_fd)
		began = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_exit, struct pt_regs *regs, long result)
{
	__u32 index = used;
	struct stamp *stamp;

	if (!began || bpf_get_current_pid_tgid() >> 32 != wanted_pid ||
	    (regs->orig_rax != WRITE && regs->orig_rax != WRITEV) || regs->rdi != wanted_fd)
		return 0;
	stamp = bpf_map_lookup_elem(&stamps, &index);
	if (stamp && result > 0) {
		*stamp = (struct stamp){began, result};
		used = index + 1;
	}
	began = 0;
	return 0;
}

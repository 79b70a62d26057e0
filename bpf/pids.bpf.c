/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pids: what the kernel calls the processes of the reader's pid namespace.
 *
 * Everything in the kernel goes by the numbers of the first namespace. A plumb that runs in another
 * one, as in a container, reads this iterator to translate the pids it was given.
 *
 * Cost: one run per thread each time it is read, and nothing between.
 */
#include "schema.bpf.h"

struct pid_pair {
	__u32 host;
	__u32 own; /* in the reader's namespace */
};

/* The iterator shows tasks of the reader's namespace and those below it, so each has its level. */
SEC("iter/task")
int pids(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task, *reader = (void *)bpf_get_current_task();
	__u32 level = BPF_CORE_READ(reader, thread_pid, level);
	struct pid_pair pair = {};
	struct upid own = {};
	struct pid *pid;

	if (!task || BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid))
		return 0;
	pid = BPF_CORE_READ(task, thread_pid);
	bpf_core_read(&own, sizeof(own),
		      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			      level * bpf_core_type_size(struct upid));
	pair.host = BPF_CORE_READ(task, tgid);
	pair.own = own.nr;
	KEEP_TYPE(struct pid_pair);
	bpf_seq_write(ctx->meta->seq, &pair, sizeof(pair));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

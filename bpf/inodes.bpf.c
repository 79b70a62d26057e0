/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * inodes: which inode the kernel has for each file that the reader has mapped.
 *
 * A file that containers see through overlays is another one in each of them, by device and often by number, to
 * everything that a process can ask; but its pages, and so the probes on them, are those of one inode beneath. A mapping
 * is of that inode: overlays hand mmap down (ovl_mmap, fs/overlayfs/file.c).
 *
 * Cost: one run per mapping of the reader each time it is read, and nothing between.
 */
#include "schema.bpf.h"
#include "kernel_user.bpf.h"

struct mapped_inode {
	__u64 begin; /* of the mapping */
	__u64 inode; /* where the kernel has it: no other one is there while the file is open */
};

/* Kernels before 6.1 show the mappings of all processes. */
SEC("iter/task_vma")
int inodes(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	struct mapped_inode mapped = {};

	if (!task || !vma || BPF_CORE_READ(task, tgid) != bpf_get_current_pid_tgid() >> 32)
		return 0;
	mapped.begin = BPF_CORE_READ(vma, vm_start);
	mapped.inode = (__u64)BPF_CORE_READ(vma, vm_file, f_inode);
	KEEP_TYPE(struct mapped_inode);
	if (mapped.inode)
		bpf_seq_write(ctx->meta->seq, &mapped, sizeof(mapped));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

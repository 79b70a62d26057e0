/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is behind the descriptors of a process. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>

/* The open file behind a descriptor of the current process (include/linux/fdtable.h), or NULL. */
static __always_inline struct file *file_of(int descriptor)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;
	__s64 beyond = (__s64)(__u32)descriptor - BPF_CORE_READ(table, max_fds); /* negative: it is within */

	bpf_probe_read_kernel(&file, sizeof(file), files + (__u32)descriptor);
	/* Without a branch: 5.10's verifier would walk the loops of paths for each way anew. */
	barrier_var(beyond);
	return (void *)((__u64)file & (beyond >> 63));
}

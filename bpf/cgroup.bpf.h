/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Control groups of other tasks than the current one, and of the memory controller. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

/* include/linux/memcontrol.h */
struct mem_cgroup {
	struct cgroup_subsys_state css;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

static __always_inline cgroup_t cgroup_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

static __always_inline cgroup_t cgroup_of_memory(struct mem_cgroup *memory)
{
	return BPF_CORE_READ(memory, css.cgroup, kn, id);
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `plumb probe` loads for a place in the kernel where stacks are asked for: see bpf/probe_stacks.bpf.c.
 */
#define PROBE_TAKES_STACKS
#include "kernel_probe.bpf.c"

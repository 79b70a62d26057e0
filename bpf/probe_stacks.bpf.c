/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `plumb probe` loads where stacks are asked for. What takes one needs stack itself, so that all events are put
 * together in the memory of a map; without stacks that would only be slower, and two tasks on one CPU may want it at once.
 *
 * ON_USER_CODE: what the kernel does then is to run the probe, and not told.
 */
#define PROBE_TAKES_STACKS
#define ON_USER_CODE
#include "probe.bpf.c"

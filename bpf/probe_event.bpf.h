/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The event of a probe that the user named. */
#pragma once
#include "schema.bpf.h"

enum probe_limits { PROBE_VALUES = 12, MOST_FRAMES = 64 };

/* Over this user space writes the event that the probe has (src/kernel/probe_event.cpp). */
struct probe {
	struct caller who;
	__u32 function; /* which of those that the probe's name stands for */
	__u32 unread;   /* a bit for each value that could not be read, and one for the result */
	__u64 value[PROBE_VALUES]; /* numbers, or each a struct tail_ref */
	__u64 result;
	ns_t latency; /* while it waits for its return: when it began */
};

/* As much of it as is on the stack of a program. */
#ifdef TAKES_STACKS
struct begun_probe {
	struct caller who;
};
#define EVENT_ON_STACK struct begun_probe
#else
#define EVENT_ON_STACK struct probe
#endif

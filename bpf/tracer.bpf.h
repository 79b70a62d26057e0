/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Everything a tracer needs to begin; docs/writing-a-tracer.md leads through it. */
#pragma once
#include "schema.bpf.h"
#include "emit.bpf.h"
#include "targets.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

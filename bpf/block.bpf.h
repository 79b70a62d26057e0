/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests to block devices, as the block layer's tracepoints pass them (include/trace/events/block.h). */
#pragma once
#include "kernel_io.bpf.h"
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* REQ_OP_*, include/linux/blk_types.h; those of zones have other numbers in each kernel. */
enum block_operation {
	BLOCK_READ = 0,
	BLOCK_WRITE = 1,
	BLOCK_FLUSH = 2,
	BLOCK_DISCARD = 3,
	BLOCK_SECURE_ERASE = 5,
	BLOCK_WRITE_ZEROES = 9,
	BLOCK_DRIVER_IN = 34,
	BLOCK_DRIVER_OUT = 35,
	BLOCK_OTHER = 255,
};

/* REQ_*, of the same file */
enum block_flags {
	BLOCKFLAG_SYNC = 1 << 11,
	BLOCKFLAG_META = 1 << 12,
	BLOCKFLAG_PRIO = 1 << 13,
	BLOCKFLAG_IDLE = 1 << 15,
	BLOCKFLAG_FUA = 1 << 17,
	BLOCKFLAG_PREFLUSH = 1 << 18,
	BLOCKFLAG_READAHEAD = 1 << 19,
	BLOCKFLAG_BACKGROUND = 1 << 20,
};
#define BLOCKFLAGS_KNOWN                                                                           \
	(BLOCKFLAG_SYNC | BLOCKFLAG_META | BLOCKFLAG_PRIO | BLOCKFLAG_IDLE | BLOCKFLAG_FUA |       \
	 BLOCKFLAG_PREFLUSH | BLOCKFLAG_READAHEAD | BLOCKFLAG_BACKGROUND)

static __always_inline enum block_operation block_operation(__u32 cmd_flags)
{
	__u32 operation = cmd_flags & 255;

	if (operation == BLOCK_DRIVER_IN || operation == BLOCK_DRIVER_OUT || operation <= BLOCK_DISCARD ||
	    operation == BLOCK_SECURE_ERASE || operation == BLOCK_WRITE_ZEROES)
		return operation;
	return BLOCK_OTHER;
}

/*
 * What block_rq_insert and block_rq_issue are called with since 5.11 and in later stable ones of 5.10;
 * before, the request's queue comes first.
 */
typedef void (*btf_trace_block_rq_insert)(void *, struct request *);

static __always_inline struct request *request_from(const __u64 *args)
{
	struct request *request = (void *)args[0];

	barrier_var(request); /* a choice of two places would be an address that the verifier refuses */
	if (!bpf_core_type_exists(btf_trace_block_rq_insert))
		request = (void *)args[1];
	return request;
}

static __always_inline struct gendisk *disk_of(struct request *request)
{
	struct request___before_5_17 *older = (void *)request;

	if (bpf_core_field_exists(older->rq_disk))
		return BPF_CORE_READ(older, rq_disk);
	return BPF_CORE_READ(request, q, disk);
}

/*
 * From the status with which block_rq_complete is called: a negative errno, since 5.16 a number of
 * block/blk-core.c, blk_errors[]. From 14 on those have had two meanings.
 */
static const __u8 status_errors[] = {
	0, 95 /* EOPNOTSUPP */, 110 /* ETIMEDOUT */, 28 /* ENOSPC */, 67 /* ENOLINK */, 121 /* EREMOTEIO */, 52 /* EBADE */,
	61 /* ENODATA */, 84 /* EILSEQ */, 12 /* ENOMEM */, 5 /* EIO */, 78 /* EREMCHG */, 11 /* EAGAIN */, 16 /* EBUSY */,
};

static __always_inline errno_t error_of_status(int status)
{
	__u64 number = (__u8)status;

	if (status < 0)
		return -status;
	barrier_var(number);
	return number < sizeof(status_errors) ? status_errors[number] : 5;
}

/* A flush, which has no place, says that it lies behind the last sector there can be. */
static __always_inline __u64 sector_of(struct request *request)
{
	__u64 sector = BPF_CORE_READ(request, __sector);

	return sector == ~0ULL ? 0 : sector;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* io_uring: its operations, its requests, and the records of its tracepoints. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>

/* include/uapi/linux/io_uring.h */
enum io_uring_op {
	IORING_OP_NOP,
	IORING_OP_READV,
	IORING_OP_WRITEV,
	IORING_OP_FSYNC,
	IORING_OP_READ_FIXED,
	IORING_OP_WRITE_FIXED,
	IORING_OP_POLL_ADD,
	IORING_OP_POLL_REMOVE,
	IORING_OP_SYNC_FILE_RANGE,
	IORING_OP_SENDMSG,
	IORING_OP_RECVMSG,
	IORING_OP_TIMEOUT,
	IORING_OP_TIMEOUT_REMOVE,
	IORING_OP_ACCEPT,
	IORING_OP_ASYNC_CANCEL,
	IORING_OP_LINK_TIMEOUT,
	IORING_OP_CONNECT,
	IORING_OP_FALLOCATE,
	IORING_OP_OPENAT,
	IORING_OP_CLOSE,
	IORING_OP_FILES_UPDATE,
	IORING_OP_STATX,
	IORING_OP_READ,
	IORING_OP_WRITE,
	IORING_OP_FADVISE,
	IORING_OP_MADVISE,
	IORING_OP_SEND,
	IORING_OP_RECV,
	IORING_OP_OPENAT2,
	IORING_OP_EPOLL_CTL,
	IORING_OP_SPLICE,
	IORING_OP_PROVIDE_BUFFERS,
	IORING_OP_REMOVE_BUFFERS,
	IORING_OP_TEE,
	IORING_OP_SHUTDOWN,
	IORING_OP_RENAMEAT,
	IORING_OP_UNLINKAT,
	IORING_OP_MKDIRAT,
	IORING_OP_SYMLINKAT,
	IORING_OP_LINKAT,
	IORING_OP_MSG_RING,
	IORING_OP_FSETXATTR,
	IORING_OP_SETXATTR,
	IORING_OP_FGETXATTR,
	IORING_OP_GETXATTR,
	IORING_OP_SOCKET,
	IORING_OP_URING_CMD,
	IORING_OP_SEND_ZC,
	IORING_OP_SENDMSG_ZC,
	IORING_OP_READ_MULTISHOT,
	IORING_OP_WAITID,
	IORING_OP_FUTEX_WAIT,
	IORING_OP_FUTEX_WAKE,
	IORING_OP_FUTEX_WAITV,
	IORING_OP_FIXED_FD_INSTALL,
	IORING_OP_FTRUNCATE,
	IORING_OP_BIND,
	IORING_OP_LISTEN,
	IORING_OP_RECV_ZC,
	IORING_OP_EPOLL_WAIT,
	IORING_OP_READV_FIXED,
	IORING_OP_WRITEV_FIXED,
	IORING_OP_PIPE,
	IORING_OP_NOP128,
	IORING_OP_URING_CMD128,
	IORING_OP_UNKNOWN = 0xffff,
};

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

/* include/linux/io_uring_types.h */
struct io_cqe {
	int fd;
};

struct io_kiocb {
	unsigned int flags; /* u64 since 6.8: its first half on a little-endian machine */
	struct io_cqe cqe;
};

/* The records differ between kernels; these members are in all of them, but for `req` of the last before 6.0. */
struct trace_event_raw_io_uring_submit_sqe {
	void *ctx, *req;
	__u64 user_data;
	__u8 opcode;
};

struct trace_event_raw_io_uring_submit_req {
	void *ctx, *req;
	__u64 user_data;
	__u8 opcode;
};

struct trace_event_raw_io_uring_req_failed {
	void *ctx, *req;
	__u64 user_data;
	__u8 opcode;
};

struct trace_event_raw_io_uring_complete {
	void *ctx, *req;
	__u64 user_data;
	int res;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

#define OPS3(a, b, c) (1ULL << IORING_OP_##a | 1ULL << IORING_OP_##b | 1ULL << IORING_OP_##c)
/* io_uring/opdef.c: those that need a file. Only they take the descriptor of the submission's entry. */
static const __u64 ops_with_file =
	OPS3(READV, WRITEV, FSYNC) | OPS3(READ_FIXED, WRITE_FIXED, POLL_ADD) |
	OPS3(SYNC_FILE_RANGE, SENDMSG, RECVMSG) | OPS3(ACCEPT, CONNECT, FALLOCATE) |
	OPS3(READ, WRITE, FADVISE) | OPS3(SEND, RECV, SPLICE) | OPS3(TEE, SHUTDOWN, FSETXATTR) |
	OPS3(FGETXATTR, URING_CMD, SEND_ZC) | OPS3(SENDMSG_ZC, READ_MULTISHOT, FTRUNCATE) |
	OPS3(BIND, LISTEN, RECV_ZC) | OPS3(EPOLL_WAIT, READV_FIXED, WRITEV_FIXED);

/* The descriptor that a submitted request was given, or -1: none, or it is an index of the ring's own. */
static __always_inline int submitted_fd(struct io_kiocb *kiocb, __u8 opcode)
{
	const bool registered = BPF_CORE_READ(kiocb, flags) & 1; /* REQ_F_FIXED_FILE */

	if (opcode > 63 || !(ops_with_file >> opcode & 1) || registered)
		return -1;
	return bpf_core_field_exists(kiocb->cqe.fd) ? BPF_CORE_READ(kiocb, cqe.fd) : -1;
}

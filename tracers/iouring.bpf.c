// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// iouring: what programs ask of io_uring, how long each request took, and what came of it: no system call shows that.
//
// A request begins when the kernel takes it from the ring, in the thread that entered the kernel or in the ring's
// own, and ends when its completion is put there, by whatever runs then: the caller is remembered with it.
// The tracepoints' arguments have changed with almost every kernel, their records have not lost a field.
//
// Before 6.0 a completion does not name its request: there the ring and user_data do, and where several have
// the same, nothing is known of them but their results.
//
// Cost:  about a microsecond per request.
// Blind: completions that are not put into the ring: those that IOSQE_CQE_SKIP_SUCCESS spares, those that
//        overflow it, and all but the last of a multishot request. What a request of a chain waits for the one
//        before is in its latency.
#include "tracer.bpf.h"
#include "io_uring.bpf.h"
#include "state.bpf.h"

typedef __s32 result_t TAG("unit:count");

EVENT(iouring, "a request to io_uring") {
	struct caller who DETAIL_PART(user);
	enum io_uring_op opcode KEY DOC("what was asked for");
	errno_t error           KEY DOC("why it failed");
	result_t result         DOC("what it returned: bytes, a descriptor, events; -1 when it failed");
	descriptor_t fd         DETAIL DOC("the descriptor it was given; -1: none, or one registered with the ring");
	ns_t latency            ZERO_IS_UNKNOWN DOC("from its submission to its completion");
	pointer_t user_data     DETAIL DOC("what the program calls it");
	pointer_t ring          DETAIL DOC("which ring, where the process has several");
};

struct request {
	struct caller who;
	__u64 began;
	__s32 fd;
	__u16 opcode;
	__u16 twins; /* others under way with the same key */
};

/*
 * Inserted when a request is submitted, removed when it completes. One that completes unseen leaves its
 * entry until the kernel uses the request again, for which it keeps a stock. Full: lost_state_full.
 */
STATE(requests, struct request, 65536, "requests under way");

#define completions_name_requests() bpf_core_field_exists(struct trace_event_raw_io_uring_complete, req)

static __always_inline __u64 key_of(void *ring, void *request, __u64 user_data)
{
	if (completions_name_requests())
		return (__u64)request;
	return (__u64)ring ^ user_data * 0x9e3779b97f4a7c15; /* a name of 128 bits in 64 */
}

static __always_inline int begins(void *ring, void *kiocb, __u64 user_data, __u8 opcode, int fd)
{
	struct request request = { .opcode = opcode, .fd = fd };
	__u64 key = key_of(ring, kiocb, user_data);
	struct request *twin = completions_name_requests() ? NULL : recall(requests, key);

	if (!caller_to_remember(&request.who))
		return 0;
	if (twin) {
		twin->twins++, twin->opcode = IORING_OP_UNKNOWN;
		return 0;
	}
	request.began = now();
	remember(requests, key, request);
	return 0;
}

#define SUBMISSION(name, point, purpose, fd)                                                       \
	SEC("tracepoint/io_uring/io_uring_" #point) SERVES(purpose)                                \
	int name(struct trace_event_raw_io_uring_##point *at)                                      \
	{                                                                                          \
		return begins(at->ctx, at->req, at->user_data, at->opcode, fd);                    \
	}
SUBMISSION(on_submit, submit_req, "requests", submitted_fd(at->req, at->opcode))
SUBMISSION(on_submit_sqe, submit_sqe, "requests", submitted_fd(at->req, at->opcode)) /* before 6.4 */
SUBMISSION(on_refused, req_failed, "requests that are refused at once", -1)

SEC("tracepoint/io_uring/io_uring_complete") SERVES("their completion")
int on_complete(struct trace_event_raw_io_uring_complete *at)
{
	void *kiocb = completions_name_requests() ? at->req : NULL;
	__u64 key = key_of(at->ctx, kiocb, at->user_data);
	struct request *request = recall(requests, key);
	struct iouring e = { .user_data = at->user_data, .ring = (__u64)at->ctx, .result = at->res };

	if (!request)
		return 0;
	e.who = request->who;
	e.opcode = request->opcode;
	e.fd = request->fd;
	if (e.result < 0)
		e.error = -e.result, e.result = -1;
	if (request->opcode != IORING_OP_UNKNOWN)
		e.latency = now() - request->began;
	if (request->twins)
		request->twins--;
	else
		forget(requests, key);
	return emit_span(at, &e);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// tcp_connect: outgoing TCP connections, and how long each peer took to answer.
//
// An attempt begins when its socket enters SYN_SENT, on the thread that called connect, and ends when
// it enters ESTABLISHED or CLOSE, mostly in the softirq that took the answer, on whatever task runs
// there: so the caller is remembered with the socket. Every socket passes one of the two, also when
// it is closed or its process is killed before an answer, so nothing is remembered for ever.
//
// Cost:  a few short runs per connection, none per packet.
// Blind: attempts that the kernel refuses before it sends anything (no route, no free port).
#include "tracer.bpf.h"
#include "state.bpf.h"
#include "tcp.bpf.h"

EVENT(tcp_connect, "an outgoing TCP connection, from SYN to its answer") {
	struct caller   who     DETAIL_PART(user);
	struct endpoint local   DETAIL DOC("this end");
	struct endpoint remote  KEY DOC("the other end");
	errno_t         error   KEY DOC("0 when the peer accepted; ECONNABORTED when nobody waited");
	__u8            unused[4];
	ns_t            latency DOC("from SYN to SYN-ACK, RST or the end of patience");
};

struct attempt {
	struct caller who;
	__u64 began;
};

/* Inserted at SYN_SENT, removed at ESTABLISHED or CLOSE. Full: lost_state_full. */
STATE(attempts, struct attempt, 16384, "connections without an answer yet");

static __always_inline int begins(struct sock *sk)
{
	struct attempt attempt = { .began = now() };

	if (caller_to_remember(&attempt.who))
		remember(attempts, sk, attempt);
	return 0;
}

static __always_inline int ends(void *ctx, struct sock *sk, bool accepted)
{
	struct attempt *attempt = recall(attempts, sk);
	struct tcp_connect e = {};

	if (!attempt)
		return 0;
	e.who = attempt->who;
	e.latency = now() - attempt->began;
	forget(attempts, sk);
	e.local = local_end(sk);
	e.remote = remote_end(sk);
	if (!accepted)
		e.error = BPF_CORE_READ(sk, sk_err) ?: ECONNABORTED;
	return emit_span(ctx, &e);
}

static __always_inline int enters(void *ctx, struct sock *sk, int state)
{
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (state == TCP_SYN_SENT)
		return begins(sk);
	if (state == TCP_ESTABLISHED || state == TCP_CLOSE)
		return ends(ctx, sk, state == TCP_ESTABLISHED);
	return 0;
}

SEC("tp_btf/inet_sock_set_state") SERVES("connections")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	return enters(ctx, sk, to);
}

SEC("kprobe/tcp_set_state") SERVES("connections")
int BPF_KPROBE(on_state_k, struct sock *sk, int to)
{
	return enters(ctx, sk, to);
}

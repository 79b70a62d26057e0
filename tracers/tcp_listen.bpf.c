// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// tcp_listen: sockets that begin and end to listen: whose, where, and how long a queue they keep.
//
// Both are a change of the socket's state in the call of a process: listen, close, shutdown or its end.
// Who called listen is remembered, as a process that ends is no longer among the traced when it closes.
//
// Cost:  some 100 ns for each change of state of any TCP socket.
// Blind: a second listen, which only changes the length of the queue. Sockets that listen already when
//        the run begins, until they end. A port that the kernel still has to choose is 0: it does so after
//        the tracepoint, where listen is called without bind. A listen that fails then, as the port was
//        taken meanwhile, begins and ends at once.
#include "tracer.bpf.h"
#include "state.bpf.h"
#include "tcp.bpf.h"

enum listen_change { LISTEN_BEGINS, LISTEN_ENDS };

EVENT(tcp_listen, "a socket that begins or ends to listen") {
	struct caller      who      DETAIL_PART(user) DOC("who called listen; who closed it, where it listened before the run");
	enum listen_change change   KEY DOC("begins or ends");
	__u8               unused[4];
	struct endpoint    local    KEY DOC("where it listens; :: is every address, 0.0.0.0 every one of IPv4");
	count_t            backlog  DOC("connections that may wait to be accepted, at most");
	count_t            waiting  DETAIL DOC("connections that nobody accepted: they are reset when it ends");
	ns_t               duration ZERO_IS_UNKNOWN DOC("how long it listened, when it ends");
};

struct listener {
	struct caller who;
	__u64 since;
};

/* Inserted when it begins, removed when it ends. Full: lost_state_full. */
STATE(listeners, struct listener, 16384, "sockets that listen");

static __always_inline int changes(void *ctx, struct sock *sk, struct tcp_listen *e)
{
	e->local = local_end(sk);
	e->backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
	e->waiting = BPF_CORE_READ(sk, sk_ack_backlog);
	return emit_span(ctx, e);
}

static __always_inline int begins(void *ctx, struct sock *sk)
{
	struct listener listener = { .since = now() };
	struct tcp_listen e = { .change = LISTEN_BEGINS };

	if (!caller_to_remember(&listener.who))
		return 0;
	remember(listeners, sk, listener);
	e.who = listener.who;
	return changes(ctx, sk, &e);
}

static __always_inline int ends(void *ctx, struct sock *sk)
{
	struct listener *listener = recall(listeners, sk);
	struct tcp_listen e = { .change = LISTEN_ENDS };

	if (listener) {
		e.who = listener->who;
		e.duration = now() - listener->since;
		forget(listeners, sk);
	} else if (!caller_to_remember(&e.who)) {
		return 0;
	}
	return changes(ctx, sk, &e);
}

SEC("tp_btf/inet_sock_set_state") SERVES("listening sockets")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	const bool is_end = from == TCP_LISTEN && to == TCP_CLOSE;

	if ((to != TCP_LISTEN && !is_end) || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	return is_end ? ends(ctx, sk) : begins(ctx, sk);
}

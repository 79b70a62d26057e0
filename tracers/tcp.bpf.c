// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// tcp: the life of each TCP connection: whose, with whom, how long, how much, how well, and how it ended.
//
// One tracepoint sees a socket change its state. The event is told when the socket enters CLOSE, where
// the kernel's own counters of it are complete, mostly in a softirq: so whose it is has been remembered
// (bpf/owner.bpf.h). A client's connection begins with its SYN, a server's with the end of the handshake.
//
// Cost:  about a microsecond per change of state, of which a connection has five; none per packet.
// Blind: connections that outlive the run. What a peer still sends or acknowledges after both directions
//        were shut here. Of a connection older than the run its beginning and side; of a
//        server's where accept cannot be watched, who accepted it, until he closes it: till then its
//        listener's owner stands for him. With --cgroup and --container sockets older than the run.
#include "tracer.bpf.h"
#include "owner.bpf.h"

enum tcp_ending {
	ENDED_CLOSED,        /* FINs went both ways, or this end has no interest in the peer's */
	ENDED_RESET_BY_PEER,
	ENDED_RESET_HERE,
	ENDED_RESET_LATE,
	ENDED_TIMED_OUT,
	ENDED_NEVER_OPENED,
};

EVENT(tcp, "the life of a TCP connection, told when it ends") {
	struct caller   who         DOC("who connected or accepted; pid 0 where that is not known") DETAIL_PART(user);
	enum tcp_role   role        KEY WIDE DOC("which side this is; unknown when it began before the run");
	enum tcp_ending ending      KEY DOC("closed; reset_by_peer; reset_here: closed with data unread, without lingering or by force; reset_late: reset after it was closed here, by the peer or because data still came; timed_out; never_opened");
	struct endpoint local       DETAIL DOC("this end");
	struct endpoint remote      KEY DOC("the other end");
	errno_t         error       KEY WIDE DOC("what the socket was told when it failed");
	__u32           retransmits DETAIL TAG("unit:count") DOC("segments sent again, SYN included");
	ns_t            duration    ZERO_IS_UNKNOWN DOC("from the SYN (client) or the handshake's end (server)");
	bytes_t         sent        DOC("data sent, repetitions not counted");
	bytes_t         received    DOC("data received in order");
	ns_t            rtt         DETAIL ZERO_IS_UNKNOWN DOC("smoothed time from a segment to its acknowledgement");
};

/* include/net/sock.h: closed by its process; the peer's FIN has come (tcp_fin) */
enum { SOCK_DEAD = 1 << 0, SOCK_DONE = 1 << 1 };

/*
 * net/ipv4/tcp_input.c, tcp_timer.c and tcp.c: a reset that is received leaves ECONNRESET, or EPIPE after a FIN;
 * a reset that is sent in a call, nothing; ss --kill ECONNABORTED; giving up, ETIMEDOUT or what a router had said.
 */
static __always_inline enum tcp_ending ending(struct sock *sk, int from)
{
	unsigned long flags = BPF_CORE_READ(sk, __sk_common.skc_flags);
	int error = BPF_CORE_READ(sk, sk_err);

	if (from == TCP_SYN_SENT || from == TCP_SYN_RECV)
		return ENDED_NEVER_OPENED;
	if (error == ECONNRESET || (error == EPIPE && from == TCP_CLOSE_WAIT))
		return from == TCP_FIN_WAIT1 || from == TCP_FIN_WAIT2 ? ENDED_RESET_LATE : ENDED_RESET_BY_PEER;
	if (error == ECONNABORTED)
		return ENDED_RESET_HERE;
	if (error)
		return ENDED_TIMED_OUT;
	if (from == TCP_LAST_ACK || from == TCP_CLOSING)
		return ENDED_CLOSED;
	return from == TCP_FIN_WAIT2 && flags & (SOCK_DEAD | SOCK_DONE) ? ENDED_CLOSED : ENDED_RESET_HERE;
}

/* What a listener made for a handshake that another packet completed first, or that found no room. */
static __always_inline bool is_stillborn(struct sock *sk, int from)
{
	struct tcp_socket *known = recall(sockets, sk);

	return from == TCP_SYN_RECV && !(known && known->role == ROLE_CLIENT);
}

static __always_inline int ends(void *ctx, struct sock *sk, int from)
{
	struct tcp_socket *known = recall(sockets, sk);
	struct tcp_sock *tcp = (void *)sk;
	struct tcp e = {};

	if (known)
		e.role = known->role;
	if (known && known->since)
		e.duration = now() - known->since;
	if (!owner_of(sk, &e.who))
		return 0;
	e.ending = ending(sk, from);
	e.error = BPF_CORE_READ(sk, sk_err);
	e.local = local_end(sk);
	e.remote = remote_end(sk);
	e.sent = BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
	e.received = BPF_CORE_READ(tcp, bytes_received);
	if (e.received && BPF_CORE_READ(sk, __sk_common.skc_flags) & SOCK_DONE)
		e.received -= 1; /* the kernel counts the FIN */
	e.retransmits = BPF_CORE_READ(tcp, total_retrans);
	e.rtt = smoothed_rtt(sk);
	return emit_plain(ctx, &e);
}

SEC("tp_btf/inet_sock_set_state") SERVES("connections")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	follow_socket(sk, from, to);
	if (to != TCP_CLOSE)
		return 0;
	if (from != TCP_LISTEN && !is_stillborn(sk, from))
		ends(ctx, sk, from);
	forget(sockets, sk);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// tcp_retransmit: every TCP segment that is sent again: on which connection, of whom, and in what trouble.
//
// Two tracepoints, as a SYN-ACK is sent before there is a socket for its connection: its owner is that of
// the listener. Segments are mostly sent again by a timer or an acknowledgement, on whatever task runs
// there, so the owner has been remembered (bpf/owner.bpf.h).
//
// Cost:  about a microsecond per segment that is sent again and per change of state of a TCP socket.
// Blind: only newer kernels tell of what could not even be sent. Where accept cannot be watched, who accepted
//        a connection, until he closes it: its listener's owner stands for him. With --cgroup and
//        --container sockets older than the run.
#include "tracer.bpf.h"
#include "owner.bpf.h"

/* enum tcp_ca_state in include/uapi/linux/tcp.h */
enum congestion { CA_OPEN, CA_DISORDER, CA_CWR, CA_RECOVERY, CA_LOSS };

EVENT(tcp_retransmit, "a TCP segment that is sent again") {
	struct caller   who         DOC("whose connection it is; pid 0 where that is not known") DETAIL_PART(user);
	struct endpoint local       DETAIL DOC("this end");
	struct endpoint remote      KEY DOC("the other end");
	enum tcp_state  state       KEY DOC("the connection's; syn_recv for a SYN-ACK");
	enum congestion congestion  KEY DETAIL DOC("loss: a timer ran out; recovery: acknowledgements told; open: a SYN-ACK, or a probe whether the last segments arrived");
	errno_t         error       KEY DETAIL DOC("why it could not be sent");
	__u8            unused[4];
	bytes_t         size        DOC("data in it");
	count_t         retransmits DETAIL DOC("segments sent again on this connection so far, with this one");
	ns_t            rtt         DETAIL ZERO_IS_UNKNOWN DOC("smoothed time from a segment to its acknowledgement");
};

static __always_inline int sent_again(void *ctx, struct sock *sk, struct sk_buff *skb, int error)
{
	struct inet_connection_sock *connection = (void *)sk;
	struct tcp_retransmit e = {};

	if (!owner_of(sk, &e.who))
		return 0;
	e.local = local_end(sk);
	e.remote = remote_end(sk);
	e.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	e.congestion = BPF_CORE_READ_BITFIELD_PROBED(connection, icsk_ca_state);
	e.error = error < 0 ? -error : 0;
	e.size = BPF_CORE_READ(skb, len);
	e.retransmits = BPF_CORE_READ((struct tcp_sock *)sk, total_retrans);
	e.rtt = smoothed_rtt(sk);
	return emit_plain(ctx, &e);
}

/* Newer kernels (6.18 is one) tell of attempts that fail, too, and why; older ones have no third
 * argument. */
SEC("tp_btf/tcp_retransmit_skb") SERVES("segments") int on_retransmit(__u64 *ctx)
{
	const bool is_told = bpf_core_field_exists(struct trace_event_raw_tcp_retransmit_skb, err);

	return sent_again(ctx, (void *)ctx[0], (void *)ctx[1], is_told ? ctx[2] : 0);
}

/* The socket is the listener; the request begins as a socket does, with its two ends. */
SEC("tp_btf/tcp_retransmit_synack") SERVES("SYN-ACKs")
int BPF_PROG(on_synack, struct sock *listener, struct request_sock *request)
{
	struct tcp_retransmit e = {};

	if (!owner_of(listener, &e.who))
		return 0;
	e.local = local_end((void *)request);
	e.remote = remote_end((void *)request);
	e.state = TCP_SYN_RECV;
	e.retransmits = BPF_CORE_READ(request, num_retrans) + 1;
	return emit_plain(ctx, &e);
}

SEC("tp_btf/inet_sock_set_state") SERVES("whose connections are")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	follow_socket(sk, from, to);
	if (to == TCP_CLOSE)
		forget(sockets, sk);
	return 0;
}

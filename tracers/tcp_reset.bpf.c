// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// tcp_reset: every TCP reset that is sent or received: on which connection, of whom, and why.
//
// The kernel often closes a socket before it sends the reset: whose it was is kept a little longer.
//
// Cost:  about a microsecond per reset and per change of state of a TCP socket.
// Blind: before 6.10, resets sent where there is no socket, as from a closed port, and why one is sent. Whose
//        a connection in TIME_WAIT was. Data that comes after the close is told twice: the kernel resets the
//        socket (received), then the peer (sent). Where accept cannot be watched, who accepted, until he closes:
//        its listener's owner stands for him. With --cgroup and --container sockets older than the run.
#include "tracer.bpf.h"
#include "owner.bpf.h"

enum reset_direction { RESET_SENT, RESET_RECEIVED };

/* include/net/rstreason.h; its values move, its names do not */
enum reset_reason {
	REASON_UNKNOWN,
	REASON_NO_SOCKET,
	REASON_TIMEWAIT,
	REASON_DATA_AFTER_CLOSE,
	REASON_UNREAD_DATA,
	REASON_ABORT,
	REASON_KEEPALIVE,
	REASON_OTHER,
};

EVENT(tcp_reset, "a TCP reset that is sent or received") {
	struct caller        who       DOC("whose connection it is; pid 0 where that is not known") DETAIL_PART(user);
	enum reset_direction direction KEY DOC("sent or received");
	enum reset_reason    reason    KEY DOC("why it is sent, as the kernel says since 6.10: abort is a close with SO_LINGER of 0, or of what nobody accepted; unknown where it is received");
	enum tcp_state       state     KEY DETAIL DOC("the connection's until then; close where there is none");
	__u8                 unused[4];
	struct endpoint      local     KEY DETAIL DOC("this end");
	struct endpoint      remote    KEY DOC("the other end");
};

/* Written at TCP_CLOSE for a reset that follows; the oldest make room for new ones. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct tcp_socket);
} closed SEC(".maps") DOC("sockets that were closed last");

static __always_inline void keep_closed(struct sock *sk, int from)
{
	struct tcp_socket socket = { .is_traced = everybody_is_traced() };
	struct tcp_socket *known = recall(sockets, sk);

	if (known)
		socket = *known;
	socket.last_state = from;
	remember(closed, sk, socket);
	forget(sockets, sk);
}

static __always_inline enum reset_reason reason_of(__u64 told)
{
#define IS(name)                                                                                   \
	(bpf_core_enum_value_exists(enum sk_rst_reason, SK_RST_REASON_##name) &&                   \
	 told == bpf_core_enum_value(enum sk_rst_reason, SK_RST_REASON_##name))
	return IS(NO_SOCKET)		 ? REASON_NO_SOCKET :
	       IS(TCP_TIMEWAIT_SOCKET)	 ? REASON_TIMEWAIT :
	       IS(TCP_ABORT_ON_DATA)	 ? REASON_DATA_AFTER_CLOSE :
	       IS(TCP_ABORT_ON_CLOSE)	 ? REASON_UNREAD_DATA :
	       IS(TCP_STATE)		 ? REASON_ABORT :
	       IS(TCP_KEEPALIVE_TIMEOUT) ? REASON_KEEPALIVE :
					   REASON_OTHER;
}

/* Socket and packet may be missing, which not every verifier knows of: they are read as numbers. */
SEC("tp_btf/tcp_send_reset") SERVES("resets that are sent")
int on_sent(__u64 *ctx)
{
	const bool is_told_why = bpf_core_type_exists(enum sk_rst_reason);
	struct tcp_reset e = { .state = TCP_CLOSE };
	struct tcp_socket *known;
	struct sock *args[2] = {}, *sk;

	bpf_probe_read_kernel(args, sizeof(args), ctx);
	sk = args[0];
	if (sk)
		e.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	known = e.state == TCP_CLOSE ? recall(closed, sk) : recall(sockets, sk);
	if (known && e.state == TCP_CLOSE)
		e.state = known->last_state;
	if (!is_owner(known, &e.who))
		return 0;
	e.reason = is_told_why ? reason_of(ctx[2]) : REASON_UNKNOWN;
	if (!sk || e.state == TCP_LISTEN) /* then it answers this packet */
		ends_of_packet((void *)args[1], &e.local, &e.remote);
	else
		e.local = local_end(sk), e.remote = remote_end(sk);
	return emit_plain(ctx, &e);
}

SEC("tp_btf/tcp_receive_reset") SERVES("resets that are received")
int BPF_PROG(on_received, struct sock *sk)
{
	struct tcp_reset e = { .direction = RESET_RECEIVED };

	if (!owner_of(sk, &e.who))
		return 0;
	e.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	e.local = local_end(sk);
	e.remote = remote_end(sk);
	return emit_plain(ctx, &e);
}

SEC("tp_btf/inet_sock_set_state") SERVES("whose connections are")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	if (BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP) {
		follow_socket(sk, from, to);
		if (to == TCP_CLOSE)
			keep_closed(sk, from);
	}
	return 0;
}

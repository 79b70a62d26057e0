// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// tcp_accept: connections that a program accepts, and how long they had waited for that.
//
// A connection enters the accept queue when its socket becomes ESTABLISHED, in a softirq, and leaves it
// when a thread accepts it. How long the handshake took the kernel has measured itself: it is the first
// round trip of the socket. Where the kernel lets nobody watch inet_csk_accept, all system calls are, and
// the connection is what lies behind the descriptor that accept returned.
//
// Cost:  half a microsecond per change of state of a TCP socket. Without fexit also some 100 ns for every
//        system call of the machine.
// Blind: connections that nobody accepts (tcp_listen counts them). Without fexit io_uring and 32-bit
//        programs. Waiting times of what was established before the run, or is accepted before its
//        handshake ends (TCP Fast Open).
#include "tracer.bpf.h"
#include "descriptor.bpf.h"
#include "state.bpf.h"
#include "tcp.bpf.h"

EVENT(tcp_accept, "a connection that is accepted") {
	struct caller   who       DETAIL_PART(user) DOC("who accepted it");
	struct endpoint local     KEY DETAIL DOC("this end");
	struct endpoint remote    KEY DOC("the other end");
	ns_t            latency   ZERO_IS_UNKNOWN DOC("from the SYN to accept: handshake and queue together");
	ns_t            handshake ZERO_IS_UNKNOWN DOC("from SYN-ACK to the peer's answer; unknown where that was sent again, and with SYN cookies");
	ns_t            queued    ZERO_IS_UNKNOWN DOC("from the end of the handshake to accept");
	count_t         waiting   DETAIL DOC("connections that still wait in the queue");
	count_t         backlog   DETAIL DOC("as many may wait");
};

struct arrival {
	__u64 when, handshake;
};

/* Inserted at ESTABLISHED, removed when accepted, or at CLOSE. Full: lost_state_full. */
STATE(arrivals, struct arrival, 65536, "connections that nobody has accepted yet");

SEC("tp_btf/inet_sock_set_state") SERVES("waiting times")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	const bool arrives = from == TCP_SYN_RECV && to == TCP_ESTABLISHED;
	struct arrival arrival = { .when = now() };

	if (!(arrives || to == TCP_CLOSE) || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	arrival.handshake = arrives ? smoothed_rtt(sk) : 0;
	if (arrives)
		remember(arrivals, sk, arrival);
	else
		forget(arrivals, sk);
	return 0;
}

static __always_inline int accepted(void *ctx, struct sock *listener, struct sock *sk)
{
	struct arrival *arrival = recall(arrivals, sk);
	struct tcp_accept e = {};

	if (arrival) {
		e.queued = now() - arrival->when;
		e.handshake = arrival->handshake;
		forget(arrivals, sk);
	}
	if (!current_caller(&e.who))
		return 0;
	if (e.handshake)
		e.latency = e.handshake + e.queued;
	e.local = local_end(sk);
	e.remote = remote_end(sk);
	e.waiting = BPF_CORE_READ(listener, sk_ack_backlog);
	e.backlog = BPF_CORE_READ(listener, sk_max_ack_backlog);
	return emit(ctx, &e);
}

SEC("fexit/inet_csk_accept") SERVES("accepted connections")
int on_accept(__u64 *ctx)
{
	struct sock *sk = accepted_socket(ctx);

	return sk ? accepted(ctx, (void *)ctx[0], sk) : 0;
}

/* arch/x86/entry/syscalls/syscall_64.tbl: accept and accept4 */
SEC("raw_tp/sys_exit") SERVES("accepted connections")
int BPF_PROG(on_return, struct pt_regs *regs, long fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	long number = BPF_CORE_READ(regs, orig_ax);
	struct sock *sk;

	if ((number != 43 && number != 288) || fd < 0 ||
	    BPF_CORE_READ(task, thread_info.status) & TS_COMPAT)
		return 0;
	sk = tcp_socket_of(file_of(fd));
	return sk ? accepted(ctx, tcp_socket_of(file_of(BPF_CORE_READ(regs, di))), sk) : 0;
}

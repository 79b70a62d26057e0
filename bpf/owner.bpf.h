/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose a TCP socket is. What happens to a connection mostly happens in a softirq, on whatever task
 * runs there; the owner is learnt where a process deals with the socket, and kept by the socket:
 *
 *	connect, listen	the thread that calls.
 *	handshake	a new connection belongs to the owner of its listener ...
 *	accept		... until somebody accepts it, where the kernel lets accept be watched,
 *	close		or else until it is closed, by whoever holds it.
 *	before the run	whoever holds it: all open files are looked at once, at the start.
 *
 * An owner that cannot be told is `pid` 0: never the task that happened to run.
 *
 *	follow_socket(sk, from, to);		// at every inet_sock_set_state
 *	if (owner_of(sk, &e.who))		// is it traced? counts the hit
 *		emit_plain(ctx, &e);
 *	forget(sockets, sk);			// at TCP_CLOSE
 */
#pragma once
#include "state.bpf.h"
#include "task.bpf.h"
#include "tcp.bpf.h"
#include <bpf/bpf_tracing.h>

enum tcp_role { ROLE_UNKNOWN, ROLE_CLIENT, ROLE_SERVER, ROLE_LISTENER };

struct tcp_socket {
	struct caller who;
	__u64 since;	  /* when it began; of a server's, when the handshake ended; 0: before the run */
	__u16 role;	  /* enum tcp_role */
	__u8 is_traced;	  /* its owner is a target; nobody's is one where nobody is chosen */
	__u8 is_lent;	  /* `who` is its listener's owner */
	__u32 last_state; /* enum tcp_state, where a tracer keeps it beyond TCP_CLOSE */
};

/*
 * Inserted as above, removed at TCP_CLOSE, which every socket passes. Full: lost_state_full, and
 * the socket is nobody's.
 */
STATE(sockets, struct tcp_socket, 65536, "TCP sockets and whose they are");

static __always_inline bool everybody_is_traced(void)
{
	return !targeting.by_pid && !targeting.uids && !targeting.comms && !targeting.cgroups;
}

static __always_inline void give_to_current(struct tcp_socket *socket)
{
	whole_caller(&socket->who);
	socket->is_traced = is_target(socket->who.pid, OF_THREAD);
	socket->is_lent = false;
}

static __always_inline void opened(struct sock *sk, enum tcp_role role)
{
	struct tcp_socket socket = { .since = now(), .role = role };

	give_to_current(&socket);
	remember(sockets, sk, socket);
}

/*
 * The listener of a connection that it has just been copied to (tcp_create_openreq_child,
 * net/ipv4/tcp_minisocks.c): at that moment the head of the copy's empty list still points to
 * itself in the original. Should that change, it points to no socket that is known to listen.
 */
static __always_inline struct tcp_socket *listener_of(struct sock *sk)
{
	void *itself = BPF_CORE_READ((struct tcp_sock *)sk, tsorted_sent_queue.next);
	struct tcp_socket *listener = recall(
		sockets, itself - bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue));

	return listener && listener->role == ROLE_LISTENER ? listener : NULL;
}

static __always_inline void arrives(struct sock *sk)
{
	struct tcp_socket socket = { .is_traced = everybody_is_traced() };
	struct tcp_socket *listener = listener_of(sk);

	if (listener)
		socket = *listener;
	socket.since = now();
	socket.role = ROLE_SERVER;
	socket.is_lent = true;
	remember(sockets, sk, socket);
}

/*
 * Threads of the kernel close what others have left. A process that ends closes its files when it may
 * already be out of the targets (bpf/engine.bpf.c), so that only the listener's owner can tell.
 */
static __always_inline bool may_tell_who(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned int flags = BPF_CORE_READ(task, flags);

	if (flags & PF_KTHREAD)
		return false;
	return !(flags & PF_EXITING) || is_target(current_id() >> 32, OF_THREAD);
}

/* The current thread has it in its hands. */
static __always_inline void is_held_by_current(struct sock *sk, enum tcp_role role)
{
	struct tcp_socket *known = recall(sockets, sk), socket = { .role = role };

	if (known && !known->is_lent && known->who.pid)
		return;
	if (!may_tell_who())
		return;
	if (known)
		socket = *known;
	give_to_current(&socket);
	remember(sockets, sk, socket);
}

/*
 * Does this happen in a call of close or shutdown (__tcp_close, tcp_shutdown and tcp_disconnect in
 * net/ipv4/tcp.c), and not when a packet or a timer comes?
 */
static __always_inline bool is_closing(struct sock *sk, int from, int to)
{
	if (to == TCP_FIN_WAIT1 || to == TCP_LAST_ACK)
		return true;
	return to == TCP_CLOSE && (from == TCP_ESTABLISHED || from == TCP_CLOSE_WAIT) &&
	       !BPF_CORE_READ(sk, sk_err);
}

static __always_inline void follow_socket(struct sock *sk, int from, int to)
{
	struct tcp_socket *socket;

	if (to == TCP_SYN_SENT)
		opened(sk, ROLE_CLIENT);
	else if (to == TCP_LISTEN)
		opened(sk, ROLE_LISTENER);
	else if (from == TCP_LISTEN && to == TCP_SYN_RECV)
		arrives(sk);
	else if (is_closing(sk, from, to))
		is_held_by_current(sk, ROLE_UNKNOWN);
	socket = to == TCP_ESTABLISHED ? recall(sockets, sk) : NULL;
	if (socket && socket->role == ROLE_SERVER)
		socket->since = now();
}

/* Whose it is, and is that traced? Counts the hit. NULL: not known. */
static __always_inline bool is_owner(struct tcp_socket *socket, struct caller *who)
{
	__builtin_memset(who, 0, sizeof(*who));
	count_outcome(OUTCOME_HITS);
	if (socket ? !socket->is_traced : !everybody_is_traced()) {
		count_outcome(OUTCOME_NOT_TARGET);
		return false;
	}
	if (socket)
		*who = socket->who;
	return true;
}

static __always_inline bool owner_of(struct sock *sk, struct caller *who)
{
	return is_owner(recall(sockets, sk), who);
}

SEC("fexit/inet_csk_accept") SERVES("who accepts a connection, before it is closed")
int on_accepted(__u64 *ctx)
{
	struct sock *sk = accepted_socket(ctx);

	if (sk)
		is_held_by_current(sk, ROLE_SERVER);
	return 0;
}

/* Of several that hold one socket the first; what has been seen meanwhile is known better. */
SEC("iter/task_file")
SERVES("whose the sockets are that were there before") int sockets_before(
	struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct tcp_socket socket = {};
	struct file *file = ctx->file;
	struct sock *sk;
	int state;

	if (!task || !file)
		return 0;
	sk = tcp_socket_of(file);
	state = sk ? BPF_CORE_READ(sk, __sk_common.skc_state) : TCP_CLOSE;
	if (state == TCP_CLOSE || recall(sockets, sk))
		return 0;
	socket.role = state == TCP_LISTEN ? ROLE_LISTENER : ROLE_UNKNOWN;
	socket.is_traced = is_target_task(task, false);
	describe_task(&socket.who, task);
	remember(sockets, sk, socket);
	return 0;
}

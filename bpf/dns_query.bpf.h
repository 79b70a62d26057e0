/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A query, and who asks it. */
#pragma once
#include "dns_packet.bpf.h"
#include "socket.bpf.h"
#include "state.bpf.h"
#include <bpf/bpf_tracing.h>

struct dns_query {
	struct caller who;
	struct endpoint server;
	__u64 began;
	const void *skb; /* that carries it: only compared */
	struct dns_question question;
};

/*
 * What is sent over TCP belongs to the thread that opened the connection, as it may leave when that
 * runs no more. Inserted when a connection to a server begins, removed when it is closed. Full:
 * it belongs to whoever sends it.
 */
STATE(connections, struct caller, 4096, "who connected to a server");

SEC("tp_btf/inet_sock_set_state")
SERVES("who asks over TCP, when a query leaves later")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	struct caller who;
	__u64 key = (__u64)sk;

	if (sk->__sk_common.skc_dport != DNS_PORT)
		return 0;
	if (to == TCP_CLOSE)
		forget(connections, sk);
	if (to != TCP_SYN_SENT || !is_target(current_id() >> 32, OF_THREAD))
		return 0;
	whole_caller(&who);
	bpf_map_update_elem(&connections, &key, &who, BPF_ANY);
	return 0;
}

static __always_inline struct sock *socket_of(struct dns_packet *p)
{
	struct sk_buff *skb = p->skb;

	return BPF_CORE_READ(skb, sk);
}

/* False: nobody who is traced, which is counted, or nobody can tell. */
static __always_inline bool query_begins(struct sock *sk)
{
	return recall(connections, sk) || (sends_on(sk) && span_begins());
}

/* The query at hand, into memory of a map. */
static __always_inline void dns_query_of(struct dns_packet *p, struct dns_query *query)
{
	struct sock *sk = socket_of(p);
	struct caller *opener = recall(connections, sk);

	if (opener)
		query->who = *opener;
	else
		whole_caller(&query->who);
	dns_question_of(p, &query->question);
	query->server = named_end(sk, &p->packet.flow);
	query->skb = p->skb;
	query->began = now();
}

/*
 * Is the pending query with this id the one at hand? Then TCP sends it again, or it has waited and
 * leaves now, on any task, or it passes another device: a new packet in its place of memory comes
 * later.
 */
static __always_inline bool is_same_query(struct dns_packet *p, const struct dns_query *pending)
{
	struct sk_buff *skb = p->skb;

	if (p->packet.flow.protocol == IPPROTO_TCP || !sends_on(BPF_CORE_READ(skb, sk)))
		return true;
	return pending->skb == skb && now() - pending->began < 1000000;
}

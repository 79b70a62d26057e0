// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// dns: every DNS query, who asked, what the answer was, and which had none.
//
// Queries are read from packets that leave, answers from packets that arrive: so it does not matter by which calls
// a program sends, and the latency is that of network and server. Who sends is believed when the task is in a
// call that sends on the packet's socket. A packet that has to wait for its neighbour's address leaves later, on
// any task: it is read when it is queued. Each attempt is an event: asked again, or of two servers, it is two.
//
// Cost:  a few ns per packet; some 200 where its socket is not connected (UDP), and per packet that arrives
//        while a query is pending. Two microseconds per query with its answer.
// Blind: encrypted DNS. Ports other than 53. 32-bit programs over UDP. TCP: what interrupts send of connections
//        from before the run; of a packet the messages behind the 32nd, and behind one that begins before it; all
//        of it before Linux 6.12 on kernels without CONFIG_KALLSYMS_ALL. Whether the program took the answer. One
//        that comes after the same was asked again counts as the later's. Headers between IPv6 and UDP.
#define WITHOUT_STACKS
#include "tracer.bpf.h"
#include "dns_query.bpf.h"
#include "expire.bpf.h"

EVENT(dns, "a DNS query with its answer") {
	struct caller who        DETAIL_PART(user) DOC("who asked");
	text_t name              KEY PRIVACY(address) DOC("what was asked for");
	enum dns_type type       KEY DOC("which records of it");
	enum dns_rcode rcode     KEY DOC("what the answer says; or unanswered in time, malformed; pending: none yet when the run ended");
	count_t answers          DOC("records in the answer, as it says");
	__u8 address[16]         TAG("format:ip") PRIVACY(address) DETAIL ZERO_IS_UNKNOWN DOC("the first address in it; nothing, too, where that is ::");
	ns_t latency             DOC("until the answer arrived; else how long it was waited for");
	struct endpoint server   KEY DETAIL DOC("who was asked");
	enum transport transport KEY DETAIL DOC("how");
	bool truncated           DETAIL DOC("the answer says to ask for all of it over TCP");
	__u8 unused[3];
};

KNOB(ns_t, timeout, 5000000000, "how long to wait for an answer");
static int unanswered(void *ctx, const struct flow *flow, bool waits);
/* Inserted when a query leaves; removed by its answer, when it is asked again, in time, and when the run ends. */
EXPIRING_STATE(pending, struct flow, struct dns_query, 16384, "queries without an answer", unanswered);
SWEEP(pending, "queries that nobody answers")

/*
 * An answer and the end of patience may come together: who takes the query out tells of it. The event is made
 * where it is sent from, as the stack is shared with those who found its packet.
 */
static __always_inline void ends(void *ctx, const struct flow *flow, struct dns_packet *p, bool waits)
{
	struct pending_entry *entry = bpf_map_lookup_elem(&pending, flow);
	struct tail *tail = entry ? try_tail(sizeof(struct dns)) : NULL;
	struct dns *e = tail ? event_in(tail) : NULL;

	if (entry && !tail && take_out(pending, flow))
		count_span_without_tail();
	if (!tail)
		return;
	__builtin_memset(e, 0, sizeof(*e));
	e->who = entry->value.who;
	e->type = entry->value.question.type;
	e->server = entry->value.server;
	e->transport = flow->protocol;
	e->latency = now() - entry->value.began;
	e->rcode = p ? answer_in(p, tail, &e->address) : waits ? RCODE_PENDING : RCODE_UNANSWERED;
	e->answers = p ? bpf_ntohs(p->header.answers) : 0;
	e->truncated = p && p->header.flags & 2 ? 1 : 0;
	if (wants(dns, name))
		e->name = dns_name_text(tail, &entry->value.question);
	if (take_out(pending, flow))
		emit_span_tail(ctx, e, tail);
	else
		give_back(tail);
}

static __noinline int unanswered(void *ctx, const struct flow *flow, bool waits)
{
	ends(ctx, flow, NULL, waits);
	return 0;
}

static __always_inline void answers(struct dns_packet *p)
{
	ends(p->ctx, &p->packet.flow, p, false);
}

static __always_inline void asks(struct dns_packet *p)
{
	struct flow *flow = &p->packet.flow;
	struct pending_entry *entry = bpf_map_lookup_elem(&pending, flow);
	struct tail *tail;

	if (entry && is_same_query(p, &entry->value))
		return;
	if (entry)
		unanswered(p->ctx, flow, false);
	tail = query_begins(socket_of(p)) ? claim_tail_of_span(0) : NULL;
	if (!tail)
		return;
	entry = (void *)tail->record;
	dns_query_of(p, &entry->value);
	remember_for(pending, flow, entry, timeout);
	give_back(tail);
}

SEC("tp_btf/net_dev_queue") SERVES("queries")
int BPF_PROG(on_leave, struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	return sk && may_ask(sk->__sk_common.skc_dport) ? packet_leaves(ctx, skb, true) : 0;
}

/* What was sent last to a neighbour whose address is not known ends its queue. */
SEC("tp_btf/neigh_event_send_done") SERVES("queries that wait for a neighbour's address")
int BPF_PROG(on_wait, struct neighbour *neighbour, int queued)
{
	return queued ? packet_leaves(ctx, BPF_CORE_READ(neighbour, arp_queue.prev), false) : 0;
}

SEC("tp_btf/netif_receive_skb") SERVES("answers")
int BPF_PROG(on_arrive, struct sk_buff *skb)
{
	return none_remembered(pending) ? 0 : packet_arrives(ctx, skb);
}

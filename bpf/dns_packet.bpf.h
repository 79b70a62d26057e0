/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * DNS in packets: over UDP one message; over TCP one after the other, each behind its length (RFC
 * 1035 §4.2), which may have been sent alone before. Of a packet's last message the rest may come
 * later.
 *
 * A tracer says what it does with a query that leaves, and with an answer that arrives; it calls
 * packet_leaves and packet_arrives where packets do.
 */
#pragma once
#include "dns.bpf.h"
#include "packet.bpf.h"
#include "tail.bpf.h"

#define DNS_PORT bpf_htons(53)

struct dns_packet;
static __always_inline void asks(struct dns_packet *p);
static __always_inline void answers(struct dns_packet *p);

struct dns_packet {
	void *ctx;
	struct sk_buff *skb;
	bool vouched; /* as packet_bytes has it */
	struct packet packet;
	const __u8 *body; /* of the message at hand, behind its header */
	__s64 body_size;  /* as far as it is in the packet */
	bool cut;	  /* it goes on beyond */
	struct dns_header header;
};

#define DNS_PACKET_SETTLES                                                                         \
	(sizeof(struct dns_packet) - __builtin_offsetof(struct dns_packet, packet))

enum dns_length { DNS_BARE = 0, DNS_BEHIND_LENGTH = 2 };

/* The message at the packet's payload; its id becomes the flow's. False: there is none. */
static __always_inline bool dns_message_at(struct dns_packet *p, enum dns_length length)
{
	struct {
		__be16 size;
		struct dns_header header;
	} start = {};
	__u64 size = length + sizeof(start.header);
	__s64 whole;

	if (p->packet.size < (__s64)size ||
	    packet_bytes(p->skb, p->vouched, p->packet.payload, (void *)&start.header - length,
			 size) != size)
		return false;
	p->header = start.header;
	p->packet.flow.id = start.header.id;
	p->body = p->packet.payload + size;
	p->body_size = p->packet.size - size;
	whole = (__s64)bpf_ntohs(start.size) - (__s64)sizeof(start.header);
	if (length == DNS_BARE || whole < 0)
		whole = p->body_size;
	p->cut = whole > p->body_size;
	if (!p->cut)
		p->body_size = whole;
	return true;
}

/* Goes on behind the message at hand: STEP_DONE when there is no more. */
static __always_inline long after_dns_message(struct dns_packet *p)
{
	p->packet.size -= p->body + p->body_size - p->packet.payload;
	p->packet.payload = p->body + p->body_size;
	return p->packet.flow.protocol == IPPROTO_TCP && p->packet.size > 0 ? STEP_ON : STEP_DONE;
}

/* The question of the message at hand, into memory of a map. */
static __always_inline void dns_question_of(struct dns_packet *p, struct dns_question *question)
{
	__u64 size = p->body_size;

	barrier_var(size);
	if (size > DNS_NAME_BYTES + 4)
		size = DNS_NAME_BYTES + 4;
	read_question(question, packet_bytes(p->skb, p->vouched, p->body, question->bytes, size));
}

/*
 * What the message at hand says as an answer, and its first address. It is read in a part of the
 * tail's memory that no event reaches.
 */
static __always_inline enum dns_rcode answer_in(struct dns_packet *p, struct tail *tail,
						__u8 (*address)[16])
{
	struct dns_answer *answer = (void *)(tail->record + RECORD_BYTES / 2);
	__u64 size = p->body_size;

	barrier_var(size);
	if (size > DNS_ANSWER_BYTES)
		size = DNS_ANSWER_BYTES;
	answer->questions = bpf_ntohs(p->header.questions);
	answer->records = bpf_ntohs(p->header.answers);
	answer->size = packet_bytes(p->skb, p->vouched, p->body, answer->bytes, size);
	answer->cut = p->cut || answer->size < (__u64)p->body_size;
	read_answer(answer);
	__builtin_memcpy(address, answer->address, sizeof(*address));
	return answer->malformed ? RCODE_MALFORMED : p->header.code & 0xf;
}

static __always_inline text_t dns_name_text(struct tail *tail, const struct dns_question *question)
{
	char *to = tail_room(tail, DNS_NAME_BYTES);
	__u64 size = question->text_size;

	if (!to || bpf_probe_read_kernel(to, size, question->bytes + (question->text_at & 1)))
		return (text_t){.whole = 1};
	return tail_taken(tail, size, size + !question->whole);
}

static __always_inline bool is_query_at(struct dns_packet *p, enum dns_length length)
{
	return dns_message_at(p, length) && is_dns_query(&p->header);
}

static __always_inline bool is_answer_at(struct dns_packet *p, enum dns_length length)
{
	return dns_message_at(p, length) && is_dns_answer(&p->header);
}

static STEP(next_query, struct dns_packet *p)
{
	const bool tcp = p->packet.flow.protocol == IPPROTO_TCP;

	if (!(tcp && is_query_at(p, DNS_BEHIND_LENGTH)) && !is_query_at(p, DNS_BARE))
		return STEP_DONE;
	settle(&p->packet, DNS_PACKET_SETTLES);
	asks(p);
	return after_dns_message(p);
}

/* Where a bare one's flags would be, one behind its length has the number of its questions: below 256. */
static STEP(next_answer, struct dns_packet *p)
{
	const bool tcp = p->packet.flow.protocol == IPPROTO_TCP;

	if (!(tcp && is_answer_at(p, DNS_BEHIND_LENGTH)) && !is_answer_at(p, DNS_BARE))
		return STEP_DONE;
	settle(&p->packet, DNS_PACKET_SETTLES);
	answers(p);
	return after_dns_message(p);
}

/* Of a socket whose other end has this port; it is 0 where each packet names its own. */
static __always_inline bool may_ask(__be16 port)
{
	return !port || port == DNS_PORT;
}

/* The packet's port may be another than the one the program named: a firewall changes it. */
static __always_inline int packet_leaves(void *ctx, struct sk_buff *skb, bool vouched)
{
	struct dns_packet p = {.ctx = ctx, .skb = skb, .vouched = vouched};
	struct sock *sk = BPF_CORE_READ(skb, sk);

	if (!sk || !leaving_packet(skb, &p.packet))
		return 0;
	if (p.packet.flow.there_port == DNS_PORT ||
	    BPF_CORE_READ(sk, __sk_common.skc_dport) == DNS_PORT)
		repeat(DNS_MESSAGES, next_query, &p);
	return 0;
}

static __always_inline int packet_arrives(void *ctx, struct sk_buff *skb)
{
	struct dns_packet p = {.ctx = ctx, .skb = skb, .vouched = true};

	if (arriving_packet(skb, &p.packet))
		repeat(DNS_MESSAGES, next_answer, &p);
	return 0;
}

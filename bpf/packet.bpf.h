/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets: whose they are, and the bytes in them (include/linux/skbuff.h, struct sk_buff).
 *
 * An skb's first bytes lie at `data`, linear; the rest lies in pages. Positions are given as if all
 * were linear.
 */
#pragma once
#include "tcp.bpf.h"

#define PACKET_BYTES 1024 /* at most copied of one, where the number is not constant */

enum transport { TRANSPORT_TCP = IPPROTO_TCP, TRANSPORT_UDP = IPPROTO_UDP };

/* A conversation, seen from this machine. */
struct flow {
	__u8 here[16], there[16]; /* IPv4 is mapped into IPv6 */
	__be16 here_port, there_port;
	__u16 protocol;
	__u16 id; /* for whoever tells several talks of one flow apart */
};

struct packet {
	struct flow flow;
	const __u8 *payload; /* what UDP or TCP carries */
	__s64 size;	     /* of that, to the end of the packet */
};

/*
 * Leaves a piece of stack as it is, but the verifier no longer knows what is in it: else it walks
 * what follows once for each way that led here.
 */
static __always_inline void settle(void *piece, __u32 size)
{
	bpf_probe_read_kernel(piece, size, piece);
}

enum direction { INCOMING, OUTGOING };

/* RFC 791, RFC 8200. Returns where the payload of IP begins, or NULL. */
static __always_inline const __u8 *ip_header(const __u8 *at, enum direction way, struct flow *flow)
{
	__u8 *source = way == OUTGOING ? flow->here : flow->there;
	__u8 *target = way == OUTGOING ? flow->there : flow->here;
	__u8 ip[40] = {};

	if (bpf_probe_read_kernel(ip, sizeof(ip), at))
		return NULL;
	if (ip[0] >> 4 == 6) {
		__builtin_memcpy(source, ip + 8, 16);
		__builtin_memcpy(target, ip + 24, 16);
		flow->protocol = ip[6];
		return at + 40;
	}
	if (ip[0] >> 4 != 4 || (ip[6] & 0x1f) || ip[7]) /* not the first fragment */
		return NULL;
	map_v4(source, *(__be32 *)(ip + 12));
	map_v4(target, *(__be32 *)(ip + 16));
	flow->protocol = ip[9];
	return at + (ip[0] & 0xf) * 4;
}

/* The packet whose IP header is at `at`; false: neither UDP nor TCP. RFC 768, RFC 9293. */
static __always_inline bool packet_at(struct sk_buff *skb, const __u8 *at, enum direction way,
				      struct packet *packet)
{
	struct flow *flow = &packet->flow;
	__u16 header[7] = {}; /* both ports, and of TCP at byte 12 its size in words of 4 */

	at = ip_header(at, way, flow);
	if (!at || (flow->protocol != IPPROTO_UDP && flow->protocol != IPPROTO_TCP) ||
	    bpf_probe_read_kernel(header, sizeof(header), at))
		return false;
	flow->here_port = header[way == OUTGOING ? 0 : 1];
	flow->there_port = header[way == OUTGOING ? 1 : 0];
	packet->payload = at + (flow->protocol == IPPROTO_UDP ? 8 : (header[6] >> 4 & 0xf) * 4);
	packet->size = BPF_CORE_READ(skb, data) + BPF_CORE_READ(skb, len) - packet->payload;
	settle(packet, sizeof(*packet));
	return true;
}

static __always_inline bool is_ip(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_IP) || protocol == bpf_htons(ETH_P_IPV6);
}

/* Of a packet on its way to a device the header of IP is known. */
static __always_inline bool leaving_packet(struct sk_buff *skb, struct packet *packet)
{
	const __u8 *at = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);

	return is_ip(BPF_CORE_READ(skb, protocol)) && packet_at(skb, at, OUTGOING, packet);
}

/* Of one that a device hands on it comes first, or behind 4 bytes that name a virtual LAN. */
static __always_inline bool arriving_packet(struct sk_buff *skb, struct packet *packet)
{
	__be16 protocol = BPF_CORE_READ(skb, protocol);
	const bool tagged =
		protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);

	if (!tagged && !is_ip(protocol))
		return false;
	return packet_at(skb, BPF_CORE_READ(skb, data) + (tagged ? 4 : 0), INCOMING, packet);
}

/*
 * The other end as the program named it, if it said so once for all (connect): a firewall of this
 * machine may send its packets elsewhere.
 */
static __always_inline struct endpoint named_end(struct sock *sk, const struct flow *flow)
{
	struct endpoint end = {.port = bpf_ntohs(flow->there_port)};

	if (BPF_CORE_READ(sk, __sk_common.skc_dport))
		return remote_end(sk);
	__builtin_memcpy(end.address, flow->there, sizeof(end.address));
	return end;
}

/* include/uapi/linux/bpf.h */
struct bpf_dynptr {
	__u64 opaque[2];
} __attribute__((aligned(8)));

static int (*const bpf_dynptr_from_skb)(struct sk_buff *skb, __u64 flags, struct bpf_dynptr *data) =
	(void *)KERNEL_bpf_dynptr_from_skb;

/*
 * Written before the load, by src/kernel/packet_places.cpp. Both bases are random, and known to who
 * may read all symbols of a kernel with CONFIG_KALLSYMS_ALL.
 */
struct packet_places {
	bool lent; /* bpf_dynptr_from_skb may be called, and nobody has looked for the others: */
	__u64 vmemmap_base, page_offset_base; /* where these variables are; 0: not known */
};
const volatile struct packet_places packet_places = {};

/* Where a page lies in memory: arch/x86/include/asm/page_64_types.h. 64 is sizeof(struct page). */
static __always_inline const __u8 *page_address(__u64 page)
{
	__u64 pages = 0, memory = 0;

	if (!packet_places.vmemmap_base || !packet_places.page_offset_base ||
	    bpf_probe_read_kernel(&pages, sizeof(pages), (void *)packet_places.vmemmap_base) ||
	    bpf_probe_read_kernel(&memory, sizeof(memory), (void *)packet_places.page_offset_base))
		return NULL;
	return (const __u8 *)memory + (page - pages) / 64 * 4096;
}

/* `struct bio_vec`, since 6.9 `struct skb_frag`; a page whose address is odd is no memory */
struct packet_page {
	__u64 page;
	__u32 size, offset;
};

/* Bytes of the first page, from its byte `at` on: where TCP and drivers put what is not linear. */
static __always_inline __u64 page_bytes(struct sk_buff *skb, __u64 at, void *to, __u64 size)
{
	const __u8 *shared = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end);
	struct packet_page first = {};
	const __u8 *memory;

	bpf_probe_read_kernel(&first, sizeof(first),
			      shared + bpf_core_field_offset(struct skb_shared_info, frags));
	memory = page_address(first.page);
	if (!memory || first.page & 1 || at + size > first.size)
		return 0;
	return bpf_probe_read_kernel(to, size, memory + first.offset + at) ? 0 : size;
}

/*
 * Copies `size` bytes, a constant or bounded by it, and returns how many it got: what lies in both
 * parts of a packet is cut where the linear one ends, unless the kernel lends a hand (6.12), as it
 * does for `vouched`, a tracepoint's own argument in tp_btf; where it does, what others have in
 * pages is left unread.
 */
static __always_inline __u64 packet_bytes(struct sk_buff *skb, bool vouched, const __u8 *from,
					  void *to, __u64 size)
{
	const __u8 *data = BPF_CORE_READ(skb, data);
	__s64 linear = data + BPF_CORE_READ(skb, len) - BPF_CORE_READ(skb, data_len) - from;

	if (linear >= (__s64)size)
		return bpf_probe_read_kernel(to, size, from) ? 0 : size;
#ifdef PLUMB_LOOP_HELPER
	struct bpf_dynptr bytes;

	if (vouched && packet_places.lent)
		return bpf_dynptr_from_skb(skb, 0, &bytes) ||
				       bpf_dynptr_read(to, size, &bytes, from - data, 0)
			       ? 0
			       : size;
#endif
	if (linear <= 0)
		return page_bytes(skb, -linear, to, size);
	size = linear;
	barrier_var(size);
	return size > PACKET_BYTES || bpf_probe_read_kernel(to, size, from) ? 0 : size;
}

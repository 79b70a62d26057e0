/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ends of a TCP socket (include/net/sock.h, struct sock_common). IPv4 is mapped into IPv6. */
#pragma once
#include "kernel_io.bpf.h"
#include "kernel_net.bpf.h"
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

static __always_inline void map_v4(__u8 *address, __be32 v4)
{
	address[10] = address[11] = 0xff;
	__builtin_memcpy(address + 12, &v4, sizeof(v4));
}

/* A socket that closes gives its port back first, and still has it as the source of its packets. */
static __always_inline __u16 local_port(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_num)
		       ?: bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
}

static __always_inline struct endpoint local_end(struct sock *sk)
{
	struct endpoint end = { .port = local_port(sk) };

	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET)
		map_v4(end.address, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
	else
		BPF_CORE_READ_INTO(&end.address, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
	return end;
}

static __always_inline struct endpoint remote_end(struct sock *sk)
{
	struct endpoint end = { .port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)) };

	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET)
		map_v4(end.address, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	else
		BPF_CORE_READ_INTO(&end.address, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	return end;
}

/* The ends of a packet that has come in: its destination is here. */
static __always_inline void ends_of_packet(struct sk_buff *skb, struct endpoint *local,
					   struct endpoint *remote)
{
	unsigned char *head = BPF_CORE_READ(skb, head);
	struct tcphdr *tcp = (void *)head + BPF_CORE_READ(skb, transport_header);
	void *ip = head + BPF_CORE_READ(skb, network_header);
	__u8 version = 0;

	bpf_probe_read_kernel(&version, sizeof(version), ip); /* its upper half */
	if (version >> 4 == 6) {
		BPF_CORE_READ_INTO(&local->address, (struct ipv6hdr *)ip, daddr.in6_u.u6_addr8);
		BPF_CORE_READ_INTO(&remote->address, (struct ipv6hdr *)ip, saddr.in6_u.u6_addr8);
	} else {
		map_v4(local->address, BPF_CORE_READ((struct iphdr *)ip, daddr));
		map_v4(remote->address, BPF_CORE_READ((struct iphdr *)ip, saddr));
	}
	local->port = bpf_ntohs(BPF_CORE_READ(tcp, dest));
	remote->port = bpf_ntohs(BPF_CORE_READ(tcp, source));
}

/* The TCP socket behind an open file (net/socket.c), or NULL. */
static __always_inline struct sock *tcp_socket_of(struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sk;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	sk = BPF_CORE_READ(socket, sk);
	return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP ? sk : NULL;
}

/* Nanoseconds from a segment to its acknowledgement, smoothed; 0: not measured yet. */
static __always_inline __u64 smoothed_rtt(struct sock *sk)
{
	return (BPF_CORE_READ((struct tcp_sock *)sk, srtt_us) >> 3) * 1000ULL;
}

/*
 * The TCP socket that inet_csk_accept returned, from the context of an fexit, or NULL. The result lies behind
 * the arguments, of which there are others since 6.10. It is copied, as the compiler makes of a choice between
 * two places an address that the verifier refuses ("dereference of modified ctx ptr").
 */
static __always_inline struct sock *accepted_socket(__u64 *ctx)
{
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk),
			      &ctx[bpf_core_type_exists(struct proto_accept_arg) ? 2 : 4]);
	return sk && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP ? sk : NULL;
}

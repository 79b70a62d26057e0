/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ends of a TCP socket (include/net/sock.h, struct sock_common). IPv4 is mapped into IPv6. */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

static __always_inline void map_v4(__u8 *address, __be32 v4)
{
	address[10] = address[11] = 0xff;
	__builtin_memcpy(address + 12, &v4, sizeof(v4));
}

static __always_inline struct endpoint local_end(struct sock *sk)
{
	struct endpoint end = { .port = BPF_CORE_READ(sk, __sk_common.skc_num) };

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

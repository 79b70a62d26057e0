/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's network as plumb uses it; see bpf/kernel.bpf.h. */
#pragma once
#include "kernel.bpf.h"

/* include/net/tcp_states.h, asm-generic/errno.h */
#ifndef __cplusplus
enum tcp_state {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
};
enum { EPIPE = 32, ECONNRESET = 104 };

/* include/uapi/linux/in.h, include/uapi/linux/if_ether.h */
enum { IPPROTO_UDP = 17 };
enum { ETH_P_IP = 0x0800, ETH_P_8021Q = 0x8100, ETH_P_IPV6 = 0x86dd, ETH_P_8021AD = 0x88a8 };
#endif

/* include/linux/sched.h: a thread that ends; one that works for io_uring; one of the kernel */
#define PF_EXITING 0x4
#define PF_IO_WORKER 0x10
#define PF_KTHREAD 0x00200000

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

/* since 6.10; found by name */
enum sk_rst_reason {
	SK_RST_REASON_NO_SOCKET,
	SK_RST_REASON_TCP_STATE,
	SK_RST_REASON_TCP_TIMEWAIT_SOCKET,
	SK_RST_REASON_TCP_ABORT_ON_DATA,
	SK_RST_REASON_TCP_ABORT_ON_CLOSE,
	SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT,
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned long skc_flags;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	int sk_err;
	__u32 sk_ack_backlog, sk_max_ack_backlog;
};

struct socket {
	struct sock *sk;
};

struct iphdr {
	__be32 saddr, daddr;
};

struct ipv6hdr {
	struct in6_addr saddr, daddr;
};

struct tcphdr {
	__be16 source, dest;
};

struct proto_accept_arg {
	int unused; /* since 6.10 */
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u8 icsk_ca_state : 5;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	struct list_head tsorted_sent_queue;
	__u32 srtt_us; /* eighths of a microsecond */
	__u32 total_retrans;
	__u64 bytes_sent, bytes_retrans, bytes_received;
};

struct request_sock {
	__u8 num_retrans;
};

struct trace_event_raw_tcp_retransmit_skb {
	int err; /* newer kernels */
};

struct sk_buff {
	struct sock *sk;
	unsigned int len, data_len; /* of all, and of what is in pages */
	__be16 protocol;
	__u16 network_header, transport_header; /* from `head` */
	unsigned int end;			/* from `head`: struct skb_shared_info */
	unsigned char *head, *data;
};

struct skb_frag {
	int unused;
};

struct skb_shared_info {
	struct skb_frag frags[1];
};

struct sk_buff_head {
	struct sk_buff *prev;
};

struct neighbour {
	struct sk_buff_head arp_queue;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages of DNS: RFC 1035 §4.1. What is in them may be hostile: every step goes forward, and none
 * beyond what was copied.
 *
 *	header    12 bytes: struct dns_header
 *	question  a name, and 2 bytes each of type and class
 *	record    a name, 2 bytes each of type and class, 4 of time to live, 2 of the data's size, data
 *	name      labels, each behind its length (1 to 63), and 0; or at last 2 bytes, from 0xc0 on,
 *	          which point to a name elsewhere. No question's name has those.
 */
#pragma once
#include "repeat.bpf.h"
#include "tcp.bpf.h"

#define DNS_NAME_BYTES 255
/* The most labels of a question, steps through an answer, and messages looked for in a packet of TCP. */
#ifdef PLUMB_LOOP_HELPER
#define DNS_LABELS   (DNS_NAME_BYTES / 2 + 1)
#define DNS_STEPS    512
#define DNS_MESSAGES 32
#else /* a verifier that walks each turn; names of IPv6 addresses have 34 labels */
#define DNS_LABELS   40
#define DNS_STEPS    40
#define DNS_MESSAGES 2
#endif

struct dns_header {
	__be16 id;
	__u8 flags; /* 0x80 an answer, 0x78 the operation (0 a query), 0x02 the rest must be asked for by TCP */
	__u8 code;  /* 0x0f: enum dns_rcode */
	__be16 questions, answers, authorities, additional;
};

/* www.iana.org/assignments/dns-parameters */
enum dns_type {
	DNS_NONE = 0, /* it could not be read */
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_HINFO = 13,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_LOC = 29,
	DNS_SRV = 33,
	DNS_NAPTR = 35,
	DNS_DNAME = 39,
	DNS_DS = 43,
	DNS_SSHFP = 44,
	DNS_RRSIG = 46,
	DNS_NSEC = 47,
	DNS_DNSKEY = 48,
	DNS_NSEC3 = 50,
	DNS_TLSA = 52,
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
	DNS_SPF = 99,
	DNS_IXFR = 251,
	DNS_AXFR = 252,
	DNS_ANY = 255,
	DNS_URI = 256,
	DNS_CAA = 257,
};

/* The same page; the last three are ours: what came instead of an answer. */
enum dns_rcode {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_YXDOMAIN = 6,
	RCODE_YXRRSET = 7,
	RCODE_NXRRSET = 8,
	RCODE_NOTAUTH = 9,
	RCODE_NOTZONE = 10,
	RCODE_UNANSWERED = 256,
	RCODE_MALFORMED = 257,
	RCODE_PENDING = 258, /* the run ended before its time was over */
};

static __always_inline bool is_dns_query(const struct dns_header *header)
{
	return !(header->flags & 0xf8) && header->questions == bpf_htons(1) && !header->answers;
}

static __always_inline bool is_dns_answer(const struct dns_header *header)
{
	return header->flags & 0x80;
}

/*
 * What follows is read in the memory of maps, with its state, of whose values the verifier knows
 * nothing: in stack slots it would follow them, and walk each combination of steps apart.
 */

/* A question, whose name is made text where it lies: each label's length becomes the dot before it. */
struct dns_question {
	__u16 type;   /* enum dns_type, or another */
	__u8 text_at; /* 1, but 0 of the root's */
	__u8 text_size;
	bool whole; /* else the name ends too soon or is none: the text is cut there */
	__u8 unused;
	__u16 size;			/* bytes that are there */
	__u64 next;			/* label's length */
	__u8 bytes[DNS_NAME_BYTES + 9]; /* a name, type and class, and some that may be read */
};

static STEP(next_label, struct dns_question **of)
{
	struct dns_question *question = *of;
	__u64 here = question->next;
	__u8 length;

	barrier_var(here);
	if (here >= question->size || here >= DNS_NAME_BYTES)
		return STEP_DONE;
	length = question->bytes[here];
	question->whole = !length;
	if (!length || length > 63)
		return STEP_DONE;
	question->bytes[here] = '.';
	question->next = here + 1 + length;
	return STEP_ON;
}

/* Of a question of which `size` bytes are there. A dot in a label looks like one between two. */
static __always_inline void read_question(struct dns_question *question, __u64 size)
{
	__u64 end;

	question->size = size;
	question->next = 0;
	question->whole = false;
	question->type = DNS_NONE;
	repeat(DNS_LABELS, next_label, &question);
	end = question->next < size ? question->next : size;
	barrier_var(end);
	if (end > DNS_NAME_BYTES)
		end = DNS_NAME_BYTES;
	if (question->whole && end + 3 <= size)
		question->type = question->bytes[end + 1] << 8 | question->bytes[end + 2];
	question->text_at = 1;
	question->text_size = end ? end - 1 : 0;
	if (end || !question->whole)
		return;
	question->bytes[0] = '.'; /* the root */
	question->text_at = 0;
	question->text_size = 1;
}

#define DNS_ANSWER_BYTES 1024 /* looked at of an answer, behind its header */

/* The way through an answer. */
struct dns_answer {
	__u64 size;		  /* as far as it is there */
	__u64 next;		  /* byte to look at */
	__u32 questions, records; /* to come */
	bool cut;		  /* it goes on */
	bool found, malformed;
	__u8 unused[5];
	__u8 address[16];		   /* the first */
	__u8 bytes[DNS_ANSWER_BYTES + 64]; /* and some that may be read */
};

static __always_inline long dns_ends(struct dns_answer *answer, bool malformed)
{
	answer->malformed = malformed;
	return STEP_DONE;
}

/* What stands behind a name: the fields of a question or of a record. */
static __always_inline long dns_fields(struct dns_answer *answer, __u64 here)
{
	const __u8 *fields = answer->bytes + here;
	__u16 type = fields[0] << 8 | fields[1], size = fields[8] << 8 | fields[9];

	if (answer->questions) {
		answer->questions--;
		answer->next = here + 4;
		return STEP_ON;
	}
	answer->records--;
	answer->next = here + 10 + size;
	if (answer->found || answer->next > answer->size)
		return STEP_ON;
	answer->found = true;
	if (type == DNS_A && size == 4)
		map_v4(answer->address, *(__be32 *)(fields + 10));
	else if (type == DNS_AAAA && size == 16)
		__builtin_memcpy(answer->address, fields + 10, 16);
	else
		answer->found = false;
	return STEP_ON;
}

static STEP(next_part, struct dns_answer **of)
{
	struct dns_answer *answer = *of;
	__u64 here = answer->next;
	__u8 length;

	barrier_var(here);
	if (here > answer->size)
		return dns_ends(answer, !answer->cut);
	if (!answer->questions && !answer->records)
		return STEP_DONE;
	if (here == answer->size || here >= DNS_ANSWER_BYTES)
		return dns_ends(answer, !answer->cut);
	length = answer->bytes[here];
	if (length > 63 && length < 0xc0)
		return dns_ends(answer, true);
	if (length && length <= 63) {
		answer->next = here + 1 + length;
		return STEP_ON;
	}
	return dns_fields(answer, here + (length ? 2 : 1));
}

/*
 * Reads `size`, `cut`, `questions`, `records` and `bytes`. A name elsewhere is not followed: no
 * message can lead in circles.
 */
static __always_inline void read_answer(struct dns_answer *answer)
{
	answer->next = 0;
	answer->found = answer->malformed = false;
	__builtin_memset(answer->address, 0, sizeof(answer->address));
	repeat(DNS_STEPS, next_part, &answer);
}

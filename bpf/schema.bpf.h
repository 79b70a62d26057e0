/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The vocabulary of an event: what each field means, in BTF and therefore for every user of it.
 *
 * A unit, a format or a privacy class is written once, on a type. User space reads these tags
 * (src/schema/schema.h) and derives columns, filters, JSON, tables and documentation from them.
 */
#pragma once
#include "kernel.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* BTF holds only types that something global mentions; this does, at the cost of one move. */
#ifdef PLUMB_HOST
#define KEEP_TYPE(type) ((void)sizeof(type))
#else
#define KEEP_TYPE(type)                                                                            \
	do {                                                                                       \
		asm volatile("" ::"r"(bpf_core_type_id_local(type)));                              \
	} while (0)
#endif

#define TAG(text) __attribute__((btf_decl_tag(text)))
/* What a field, or a map, is. */
#define DOC(text) TAG("doc:" text)
/* A natural thing to group by. */
#define KEY TAG("key")
/* Not in the default table; asked for by name, and always in JSON. */
#define DETAIL TAG("detail")
/* A detail that is left out of JSON and recordings, too, unless it is asked for: it costs much. */
#define ON_REQUEST TAG("on request")
/* The same, of a stack that --stack does not ask for, but this option; the words stand above it: "woken by". */
#define ON_REQUEST_OF(option, words) TAG("on request:" #option ":" words)
/* A detail, but of tables that have room: in a file, or on a wide terminal (src/schema/schema.h says how wide). */
#define WIDE TAG("wide")
/* On a detail: in tables all the same where this knob has this bit. Any given suffices. */
#define SHOWN_WITH(knob, bit) TAG("shown:" #knob "&" #bit)
/* Where it cannot be told it is 0, which is shown as nothing (null in JSON). */
#define ZERO_IS_UNKNOWN TAG("zero:unknown")
/* It has no value (null in JSON) where this member of the event, of four bytes, has that bit. */
#define UNLESS(member, bit) TAG("unless:" #member ":" #bit)
/* On an enumeration: each enumerator is a bit, or several; a value is any of them together. */
#define BITS TAG("bits")
/* On an enumeration: its names are shown as they are spelled, not in small letters without what all begin with. */
#define VERBATIM TAG("verbatim")
/* On a field that is a struct: a member of it that is a detail of this event. */
#define DETAIL_PART(member) TAG("detail:" #member)
/* And one that is none of this event. */
#define SHOWN_PART(member) TAG("plain:" #member)
/* What disclosing the field could reveal: open, argument, path, environment or address. */
#define PRIVACY(class) TAG("privacy:" #class)
/* On a detail: where it differs from this member of the same struct, tables show both there, as 4242(7). */
#define BESIDE(member) TAG("beside:" #member)
/* The same bytes under a second name and format: ALSO(container, container). */
#define ALSO(name, format)        TAG("also:" #name ":" #format)
#define ALSO_DETAIL(name, format) TAG("also_detail:" #name ":" #format)

/* The tracer's event: EVENT(exec, "a sentence") { fields }; */
#define EVENT(name, sentence, ...) struct TAG("event:" sentence) __VA_ARGS__ name
/*
 * What a person wants first of events that come by the thousand: these groups and columns, as --by and
 * --show take them, unless the command line names others or asks for --each.
 *
 *	EVENT(fault, "a page fault", VIEW("who.comm", "count,p99(latency)")) { fields };
 *
 * A view by stack shows stacks of single events too, with no columns ("") of these alone.
 */
#define VIEW(by, show) TAG("by:" by) TAG("show:" show)
/* The same, for events that travel in a ring of their own, which no other tracer can crowd out. */
#define LIFECYCLE_EVENT(name, sentence) struct TAG("event:" sentence) TAG("lifecycle") name

/* Read-only data that is a flag on the command line: KNOB(bool, threads, false, "a sentence"); */
#define KNOB(type, name, fallback, sentence, ...)                                                  \
	const volatile type name TAG("knob:" sentence) __VA_ARGS__ = fallback

/*
 * Read-only data that says whether anybody wants one of these fields: WANTED(outcome,
 * "error,latency"). A program IF(outcome) is loaded only then.
 */
#define WANTED(name, fields) const volatile bool name TAG("wanted:" fields) = true
/* Read-only data that says whether a program is loaded that SERVES this purpose. */
#define SERVED(name, purpose) const volatile bool name TAG("served:" purpose) = true

/* A function that is called only where this constant is not zero: else it is left out (src/kernel/gated_calls.h). */
#define ONLY_WITH(constant) TAG("only with:" constant)

/*
 * Programs that serve one purpose; the first of them that this kernel allows is loaded, in the
 * order of src/kernel/choose.cpp. The purpose is a phrase that completes
 * "not seen: ..." when none can be had. A program without it serves a purpose of its own.
 */
#define SERVES(purpose) TAG("serves:" purpose)
/* The program is loaded only when this knob, or WANTED, is not zero, or has this bit. All given must hold. */
#define IF(knob)          TAG("if:" #knob)
#define IF_BIT(knob, bit) TAG("if:" #knob "&" #bit)
/* The program is loaded only where the kernel offers nothing for this section: INSTEAD_OF("tp_btf/contention_begin"). */
#define INSTEAD_OF(section) TAG("instead:" section)
/*
 * A program that is not attached: SEC("raw_tp"), and the engine runs it when the run ends, after the last hook
 * of the tracer. What it emits belongs to the run. As long as it returns 1 it is run again, once what it has
 * told is read: so it does no more at once than a ring has room for. The current task is plumb.
 */
#define AT_END TAG("at_end")
/* An iterator that looks at what there is: run again and again, until it writes nothing. */
#define UNTIL_SEEN TAG("until_seen")
/* On a knob that changes what programs can do: what is said before the first event when it is set. */
#define WARNS(text) TAG("warns:" text)
/*
 * On a knob with which programs act upon those who are traced, and do not only look: then somebody must be
 * chosen, and --where and --sample are refused, which choose among events when they have happened.
 */
#define ACTS TAG("acts")

/*
 * SEC("perf_event"): the program runs so often per second on each CPU as the knob `frequency` says, for whatever is
 * current there.
 */

/* A map that all tracers of a session use together; the engine creates it. */
#define SHARED TAG("shared")
/* One that is created only where stacks are taken. */
#define FOR_STACKS TAG("for stacks")

typedef __u64 ns_t TAG("unit:ns");
typedef __u64 bytes_t TAG("unit:bytes");
typedef __u64 count_t TAG("unit:count");
typedef __s32 errno_t TAG("format:error");
typedef __u32 signal_t TAG("format:signal");
typedef __u32 syscall_t TAG("format:syscall"); /* enum syscall_abi */
typedef __u32 process_id_t TAG("format:id");
typedef __u32 namespace_t TAG("format:id");
typedef __u32 user_id_t TAG("format:id");
typedef __s32 descriptor_t TAG("format:id");
typedef __u32 permissions_t TAG("format:octal");
/* Shown by name. All ones are nobody, as in the kernel (INVALID_UID), and no permissions. */
typedef __u32 user_t TAG("format:user");
typedef __u32 group_t TAG("format:group");
#define NOBODY 0xffffffff
#define NO_PERMISSIONS 0xffffffff
/* Of who exits, 0 to 255; all ones are none. */
typedef __s32 status_t TAG("format:status");
#define NO_STATUS -1
typedef __u64 instant_t TAG("format:instant") TAG("unit:ns");
typedef __u64 pointer_t TAG("format:hex");
typedef __u64 cgroup_t TAG("format:cgroup");
typedef __u64 stack_id_t TAG("format:stack"); /* bpf/stack.bpf.h */

/*
 * A system call: its number in arch/x86/entry/syscalls/syscall_64.tbl, where x32 calls have a bit
 * of their own, or that of syscall_32.tbl with SYSCALL_I386. A number below zero is no call of any
 * table, or one that a tracer made none: it stays as it is, but that -1 is SYSCALL_MINUS_ONE, as
 * all ones say that no call was under way.
 */
enum syscall_abi {
	SYSCALL_NONE = 0xffffffff,
	SYSCALL_I386 = 0x80000000,
	SYSCALL_X32 = 0x40000000,
	SYSCALL_MINUS_ONE = 0xc0000000, /* from here on: below zero */
};

/*
 * A piece of the record's tail: `size` bytes at `offset` from the event, of `whole` there were. TAIL_IS_WHOLE: it has
 * all of them, more than a size can say, and is the record's last.
 */
#define TAIL_IS_WHOLE 0xffff
struct tail_ref {
	__u16 offset;
	__u16 size;
	__u32 whole;
};
/* One string. */
typedef struct tail_ref text_t TAG("tail:text");
/* Strings that each end with NUL, as an argument vector lies in memory. */
typedef struct tail_ref list_t TAG("tail:list");

/*
 * Stacks are taken by programs for kernels with bpf_loop (5.17), but for objects that begin with this: their own need
 * so much of the 512 bytes that a program may have that nothing is left for it.
 *
 *	#define WITHOUT_STACKS
 */
#if defined(PLUMB_LOOP_HELPER) && !defined(WITHOUT_STACKS)
#define TAKES_STACKS
#endif

/* The task that did it. */
struct caller {
	process_id_t pid DOC("process, as the host numbers it") KEY;
	process_id_t tid DOC("thread, as the host numbers it") DETAIL;
	char comm[16] DOC("the thread's name") PRIVACY(open) KEY;
	user_id_t uid DOC("user") KEY DETAIL ALSO(user, user);
	user_id_t gid DOC("group") DETAIL ALSO_DETAIL(group, group);
	cgroup_t cgroup DOC("control group (v2)") DETAIL ALSO_DETAIL(container, container);
	process_id_t ns_pid DETAIL BESIDE(pid)
		DOC("process, as its own pid namespace numbers it: the 7 of 4242(7) in tables");
	namespace_t pid_ns DOC("inode of the pid namespace") DETAIL;
	instant_t started DOC("start of the process; tells reused pids apart") DETAIL;
#if !defined(WITHOUT_STACKS) && (defined(PLUMB_LOOP_HELPER) || defined(PLUMB_HOST))
	stack_id_t stack DOC("the functions that led here, of the kernel and the process") ON_REQUEST;
#endif
};

/* One end of a connection. IPv4 is stored mapped into IPv6: one shape. */
struct endpoint {
	__u8 address[16] TAG("format:ip") PRIVACY(address);
	__u16 port TAG("format:id");
	__u16 unused[3] TAG("hidden");
};

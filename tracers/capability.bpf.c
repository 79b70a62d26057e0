// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// capability: which capabilities a program is asked for, in which system call, and which it lacks.
//
// Every check, whoever asks, arrives in cap_capable; as that returns, the decision is known, and whether
// it is audited. What is not is a question of the kernel's own (may this process use the last of the memory?)
// that the program never notices: it is left out. The tracepoint in that function (6.14), for
// kernels whose functions cannot be watched, does not say which are audited. There what mmap, fork and
// their like ask for is left out: SYS_ADMIN, to use the reserve, a hundred times for each check that means something.
//
// Cost:  under a microsecond per check.
// Blind: what other security modules refuse. By the tracepoint, a driver's own check for SYS_ADMIN in mmap; by
//        the function, checks that its compiler made part of others in its file, of which the reserve's is one.
#include "tracer.bpf.h"
#include "args.bpf.h"
#include "capabilities.bpf.h"

enum audited {
	AUDITED_UNKNOWN,
	AUDITED_YES,
	AUDITED_NO,
	AUDITED_UNLIKELY,
};

EVENT(capability, "a check of a capability") {
	struct caller who;
	enum capability_name capability KEY DOC("what was asked for");
	bool granted                    KEY DOC("whether it is there, over the namespace that it was asked for");
	bool own                        DETAIL DOC("asked of the caller's own rights; not of a file's opener, or another process");
	__u8 unused[6];
	syscall_t syscall               KEY DOC("the system call that asked, if one did");
	namespace_t user_ns             KEY DETAIL DOC("inode of the user namespace it was asked for; the host's is 4026531837");
	enum audited audited            KEY DETAIL DOC("no: the kernel's own question; unlikely: by all appearances");
};

KNOB(bool, unaudited, false, "also the kernel's own questions, which are not audited");

/* include/linux/security.h */
#define CAP_OPT_NOAUDIT 0x2

/* include/linux/proc_ns.h: the inode of the first user namespace */
#define PROC_USER_INIT_INO 0xeffffffd

/* include/uapi/linux/sched.h: all CLONE_NEW...; of clone in its first argument, of clone3 where that points */
#define CLONE_NAMESPACES 0x7e020080

static __always_inline bool makes_namespaces(__u32 call)
{
	__u64 flags = argument(caller_registers(), 1);

	if (call == 435)
		bpf_probe_read_user(&flags, sizeof(flags), (void *)flags);
	return flags & CLONE_NAMESPACES;
}

/*
 * mmap, mprotect, brk, mremap, execve, execveat, and fork, vfork, clone, clone3 for each of the parent's mappings:
 * security/commoncap.c, cap_vm_enough_memory
 */
static __always_inline bool asks_for_reserve(const struct capability *e)
{
	if (e->capability != CAP_SYS_ADMIN || e->user_ns != PROC_USER_INIT_INO)
		return false;
	if (e->syscall == 56 || e->syscall == 435)
		return !makes_namespaces(e->syscall);
	return e->syscall == 9 || e->syscall == 10 || e->syscall == 12 || e->syscall == 25 || e->syscall == 57 ||
	       e->syscall == 58 || e->syscall == 59 || e->syscall == 322;
}

static __always_inline int checked(void *ctx, const struct cred *cred, struct user_namespace *ns, int which,
				   enum audited audited, int result)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct capability e = { .capability = which, .audited = audited, .granted = result == 0 };

	if (!unaudited && audited == AUDITED_NO)
		return 0;
	e.syscall = current_syscall();
	e.user_ns = BPF_CORE_READ(ns, ns.inum);
	if (audited == AUDITED_UNKNOWN && asks_for_reserve(&e))
		e.audited = AUDITED_UNLIKELY;
	if ((!unaudited && e.audited == AUDITED_UNLIKELY) || !current_caller(&e.who))
		return 0;
	e.own = cred == BPF_CORE_READ(task, cred);
	return emit(ctx, &e);
}

SEC("fexit/cap_capable") SERVES("checks")
int BPF_PROG(on_check, const struct cred *cred, struct user_namespace *ns, int which, unsigned int options, int result)
{
	return checked(ctx, cred, ns, which, options & CAP_OPT_NOAUDIT ? AUDITED_NO : AUDITED_YES, result);
}

SEC("raw_tp/cap_capable") SERVES("checks")
int BPF_PROG(on_check_r, const struct cred *cred, struct user_namespace *ns, void *found, int which, int result)
{
	return checked(ctx, cred, ns, which, AUDITED_UNKNOWN, result);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// lsm: what the kernel asks its security modules, and what they answer; with --deny, plumb answers for them.
//
// Each question is a function security_NAME, which returns what all modules together say: that is seen, whoever
// refused. Only the questions of --hook are watched. With --deny a security program refuses them to whom is
// traced, who has to be chosen, until plumb ends, whatever an event would say; "bpf" has to be a module (lsm=).
//
// Cost:  one to three microseconds per question, most of it the path.
// Blind: questions that permissions have answered already: modules are asked only of what those allow.
#include "tracer.bpf.h"
#include "file.bpf.h"
#include "tcp.bpf.h"

enum security_hook {
	HOOK_FILE_OPEN = 1,
	HOOK_BPRM_CHECK_SECURITY = 2,
	HOOK_PATH_UNLINK = 4,
	HOOK_SB_MOUNT = 8,
	HOOK_SOCKET_CONNECT = 16,
	HOOK_SOCKET_BIND = 32,
	HOOK_TASK_KILL = 64,
	HOOK_PTRACE_ACCESS_CHECK = 128,
};

EVENT(lsm, "a question to the security modules") {
	struct caller who       DETAIL_PART(user);
	enum security_hook question KEY BITS DOC("what was asked");
	errno_t error           KEY DOC("why it was refused; nothing where it was allowed");
	process_id_t target     KEY WIDE SHOWN_WITH(hook, HOOK_TASK_KILL) SHOWN_WITH(hook, HOOK_PTRACE_ACCESS_CHECK) ZERO_IS_UNKNOWN DOC("of task_kill and ptrace_access_check: the other process");
	signal_t signal         DETAIL DOC("of task_kill");
	__u8 address[16]        TAG("format:ip") PRIVACY(address) WIDE SHOWN_WITH(hook, HOOK_SOCKET_CONNECT) SHOWN_WITH(hook, HOOK_SOCKET_BIND) ZERO_IS_UNKNOWN DOC("of socket_connect and socket_bind; nothing, too, where it is ::");
	__u16 port              TAG("format:id") WIDE ZERO_IS_UNKNOWN DOC("its port");
	__u8 unused[6];
	text_t path             KEY PRIVACY(path) DOC("the file, as the process sees it, or the Unix socket");
};

KNOB(enum security_hook, hook, 0, "the questions to watch", BITS);
KNOB(bool, deny, false, "refuse them to whom is traced, as long as plumb runs",
     ACTS WARNS("what --hook names is refused to the processes that are traced, until plumb ends"));

/* `place` is in kernel memory, or NULL; so is `name`, of a socket. */
static __always_inline int answered(void *ctx, struct lsm *e, const void *place, const void *name)
{
	struct tail *tail;

	if (!current_caller(&e->who))
		return 0;
	tail = open_tail(e);
	if (!tail)
		return 0;
	if (wants(lsm, path))
		e->path = place ? path_text(tail, (void *)place, root_of_process()) :
			  name	? kernel_text(tail, name) : (text_t){};
	return emit_tail(ctx, e, tail);
}

static __always_inline int of_file(void *ctx, struct lsm *e, struct file *file)
{
	return answered(ctx, e, (void *)file + bpf_core_field_offset(struct file, f_path), NULL);
}

static __always_inline int of_entry(void *ctx, struct lsm *e, const struct path *at, struct dentry *entry)
{
	return answered(ctx, e, &(struct path){ .mnt = BPF_CORE_READ(at, mnt), .dentry = entry }, NULL);
}

static __always_inline int of_address(void *ctx, struct lsm *e, const void *address)
{
	__u8 raw[24] = {}; /* struct sockaddr_in, or sockaddr_in6 without its scope */
	const __u16 *family = (void *)raw;

	bpf_probe_read_kernel(raw, sizeof(raw), address);
	if (*family == AF_INET)
		map_v4(e->address, *(__be32 *)(raw + 4));
	if (*family == AF_INET6)
		__builtin_memcpy(e->address, raw + 8, 16);
	if (*family == AF_INET || *family == AF_INET6)
		e->port = bpf_ntohs(*(__be16 *)(raw + 2));
	return answered(ctx, e, NULL, *family == AF_UNIX ? address + 2 : NULL);
}

static __always_inline int of_task(void *ctx, struct lsm *e, struct task_struct *task, int signal)
{
	e->target = BPF_CORE_READ(task, tgid);
	e->signal = signal;
	return answered(ctx, e, NULL, NULL);
}

/* Never everybody's: the machine would end with them. */
static __always_inline int refusal(void)
{
	const bool anybody = !targeting.by_pid && !targeting.uids && !targeting.comms && !targeting.cgroups;

	return !anybody && is_target(bpf_get_current_pid_tgid() >> 32, OF_THREAD) ? -EPERM : 0;
}

#define ASKED(name, bit, function, hook_name, how, ...)                                            \
	SEC("fexit/security_" #function) SERVES(#hook_name) IF_BIT(hook, bit)                      \
	int BPF_PROG(on_##name, __VA_ARGS__, int result)                                           \
	{                                                                                          \
		struct lsm e = { .question = bit, .error = -result };                             \
		return how;                                                                        \
	}                                                                                          \
	SEC("lsm/" #hook_name) SERVES("refusals of " #hook_name) IF(deny) IF_BIT(hook, bit)        \
	int no_##name(void *ctx) { return refusal(); }
#define SIMPLY(name, bit, function, how, ...) ASKED(name, bit, function, function, how, __VA_ARGS__)
SIMPLY(open, HOOK_FILE_OPEN, file_open, of_file(ctx, &e, file), struct file *file)
ASKED(exec, HOOK_BPRM_CHECK_SECURITY, bprm_check, bprm_check_security,
      of_file(ctx, &e, BPF_CORE_READ(bprm, file)), struct linux_binprm *bprm)
SIMPLY(unlink, HOOK_PATH_UNLINK, path_unlink, of_entry(ctx, &e, folder, entry),
       const struct path *folder, struct dentry *entry)
SIMPLY(mount, HOOK_SB_MOUNT, sb_mount, answered(ctx, &e, place, NULL), const char *device,
       const struct path *place, const char *type, unsigned long flags, void *data)
SIMPLY(connect, HOOK_SOCKET_CONNECT, socket_connect, of_address(ctx, &e, address), void *s, void *address,
       int size)
SIMPLY(bind, HOOK_SOCKET_BIND, socket_bind, of_address(ctx, &e, address), void *s, void *address, int size)
SIMPLY(kill, HOOK_TASK_KILL, task_kill, of_task(ctx, &e, task, signal), struct task_struct *task,
       void *info, int signal, void *cred)
SIMPLY(ptrace, HOOK_PTRACE_ACCESS_CHECK, ptrace_access_check, of_task(ctx, &e, task, 0),
       struct task_struct *task, unsigned int mode)

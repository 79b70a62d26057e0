// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// exec: every program that is started or could not be, with its arguments.
//
// sched_process_exec fires once per successful execve or execveat, in the new program, when its
// argument vector lies whole on its new stack. A failed attempt reaches no tracepoint of its own;
// it is seen where the system call returns.
//
// Cost:  about a microsecond per execution. Without fentry and kprobes, failed attempts need a system
//        call tracepoint, which slows every system call of the machine by some 75 ns: --no-failed.
// Blind: failed attempts of 32-bit programs, and what of their strings was not in memory. Of an attempt,
//        arguments beyond 64 and 1023 bytes of each are cut and marked; of a program, beyond 20 KiB where the
//        ring has no room for them now, or there is none (--perf-buffers).
#include "tracer.bpf.h"
#include "args.bpf.h"
#include "host_view.bpf.h"
#include "memory.bpf.h"

LIFECYCLE_EVENT(exec, "a program that was started, or the attempt that failed") {
	struct caller who        DETAIL_PART(comm);
	process_id_t  ppid       DOC("parent process");
	errno_t       error      KEY DOC("why it failed; 0 when it was started");
	char          parent[16] KEY DETAIL PRIVACY(open) DOC("the parent's name");
	ns_t          since_fork DETAIL DOC("from the process's creation to this execution or attempt");
	text_t        path       KEY PRIVACY(path) DOC("the file, as it was passed");
	list_t        args       PRIVACY(argument) DOC("the whole argument vector");
	text_t        cwd        PRIVACY(path) DETAIL DOC("working directory, as the process sees it");
	struct host_view host    DETAIL DOC("where the host sees what runs, of a script its interpreter, if elsewhere");
	struct memory memory     DETAIL;
};

KNOB(bool, failed, true, "also attempts that failed");

static __always_inline void describe_process(struct exec *e)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);

	e->since_fork = now() - BPF_CORE_READ(task, group_leader, start_time);
	e->ppid = BPF_CORE_READ(parent, tgid);
	if (wants(exec, parent))
		BPF_CORE_READ_STR_INTO(&e->parent, parent, comm);
}

static __always_inline int started(void *ctx, struct linux_binprm *bprm)
{
	struct tail *tail;
	struct exec e = {};
	__u64 rest = 0;

	if (!current_caller(&e.who))
		return 0;
	describe_process(&e);
	if (wants_any(exec, memory))
		e.memory = memory_bounds();
	tail = open_tail(&e);
	if (!tail)
		return 0;
	if (wants(exec, path))
		e.path = kernel_text(tail, BPF_CORE_READ(bprm, filename));
	if (wants(exec, cwd))
		e.cwd = cwd_text(tail);
	if (wants_any(exec, host))
		e.host = view_of_host(tail, own_executable());
	if (wants(exec, args))
		e.args = own_args(tail, &rest);
	return emit_whole(ctx, &e, tail, args, rest);
}

static __always_inline int refused(void *ctx, long result)
{
	struct pt_regs *regs = caller_registers();
	bool at = BPF_CORE_READ(regs, orig_ax) == 322; /* execveat(dir, path, argv, ...) */
	struct exec e = { .error = -result };
	struct tail *tail;

	if (result >= 0 || !current_caller(&e.who))
		return 0;
	describe_process(&e);
	tail = open_tail(&e);
	if (!tail)
		return 0;
	if (wants(exec, path))
		e.path = user_text(tail, at ? BPF_CORE_READ(regs, si) : BPF_CORE_READ(regs, di));
	if (wants(exec, cwd))
		e.cwd = cwd_text(tail);
	if (wants(exec, args))
		e.args = attempted_args(tail, at ? BPF_CORE_READ(regs, dx) : BPF_CORE_READ(regs, si));
	return emit_tail(ctx, &e, tail);
}

SEC("tp_btf/sched_process_exec") SERVES("executions")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return started(ctx, bprm);
}

/* Called when a binary is mapped and its stack set up, just before it first runs. */
SEC("fentry/finalize_exec") SERVES("executions")
int BPF_PROG(on_finalize, struct linux_binprm *bprm)
{
	return started(ctx, bprm);
}

SEC("kprobe/finalize_exec") SERVES("executions")
int BPF_KPROBE(on_finalize_k, struct linux_binprm *bprm)
{
	return started(ctx, bprm);
}

#define ON_RETURN(name, section, purpose, result)                                                  \
	SEC(section) SERVES(purpose) IF(failed) int name(void *ctx)                                \
	{                                                                                          \
		return refused(ctx, result);                                                       \
	}
ON_RETURN(on_execve, "fexit/__x64_sys_execve", "failed execve", ((__s64 *)ctx)[1])
ON_RETURN(on_execveat, "fexit/__x64_sys_execveat", "failed execveat", ((__s64 *)ctx)[1])
ON_RETURN(on_execve_k, "kretprobe/__x64_sys_execve", "failed execve", probe_result(ctx))
ON_RETURN(on_execveat_k, "kretprobe/__x64_sys_execveat", "failed execveat", probe_result(ctx))
ON_RETURN(on_execve_t, "tracepoint/syscalls/sys_exit_execve", "failed execve", returned(ctx))
ON_RETURN(on_execveat_t, "tracepoint/syscalls/sys_exit_execveat", "failed execveat", returned(ctx))

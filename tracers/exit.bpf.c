// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// exit: how every process ended, how long it lived and what it used.
//
// sched_process_exit fires for each thread, after the kernel has taken the thread off the
// process's count of live ones and noted its peak memory. The last one ends the process:
//
//	do_exit: group_dead = atomic_dec_and_test(&signal->live);
//	         if (group_dead) setmax_mm_hiwater_rss(&signal->maxrss, mm);
//	         trace_sched_process_exit();
//	         exit_files(current);
//
// exit_files also frees the files of a child that could not be made, which is not the current task.
// Two threads that exit at once may both find no live one, so `ended` lets only one report; the other may then take
// the process out of the targets, so who reports has looked there before.
// sched_wakeup_new tells how the scheduler's clock stands (bpf/threads.bpf.h), without which
// the last thread's processor time would end at its latest timer tick.
//
// Cost:  under a microsecond per process, and one short run per thread that starts or ends.
// Blind: CPU time of what the kernel does for the process after the hook (on kernels from 6.16, giving
//        back its memory and files); where no thread was started within the last second, up to 4 ms
//        since the last tick; and of more than 256 threads that end together with the last one.
#include "tracer.bpf.h"
#include "threads.bpf.h"

LIFECYCLE_EVENT(exit, "the end of a process") {
	struct caller who;
	process_id_t  ppid     DETAIL DOC("parent process");
	status_t      status   KEY DOC("exit status; nothing when a signal ended it");
	signal_t      signal   KEY DOC("the signal that ended it; 0 when it exited");
	bool          core     DETAIL DOC("it left a core dump");
	__u8          unused[3];
	ns_t          lifetime DOC("from its creation to its end");
	ns_t          cpu      ZERO_IS_UNKNOWN DOC("processor time of all its threads, up to here");
	bytes_t       peak_rss DOC("most memory it had resident");
};

WANTED(cpu_wanted, "cpu");

struct process {
	__u64 pid;
	__u64 started;
};

/*
 * Processes that have reported their end. Inserted here; least recently used
 * ones make room, which is safe as a key is never used twice.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct process);
	__type(value, __u32);
} ended SEC(".maps") DOC("processes that have reported their end");

static __always_inline bool is_first_to_tell(struct task_struct *task)
{
	struct process process = {
		BPF_CORE_READ(task, tgid),
		BPF_CORE_READ(task, group_leader, start_boottime),
	};
	__u32 one = 1;

	/* what cannot be remembered may be told twice, but is told */
	return bpf_map_update_elem(&ended, &process, &one, BPF_NOEXIST) != -17; /* EEXIST */
}

/* As wait(2) tells it: of the whole process, or of its first thread when each exited by itself. */
static __always_inline int wait_status(struct task_struct *task)
{
	if (BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT)
		return BPF_CORE_READ(task, signal, group_exit_code);
	return BPF_CORE_READ(task, group_leader, exit_code);
}

static __always_inline int ends(void *ctx, struct task_struct *task)
{
	struct exit e = {};
	int status = wait_status(task);
	bool traced;

	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0;
	traced = is_target(BPF_CORE_READ(task, tgid), OF_PROCESS); /* now: who tells second may take the process away */
	if (!is_first_to_tell(task) || !current_process(&e.who, traced))
		return 0;
	e.ppid = BPF_CORE_READ(task, real_parent, tgid);
	e.signal = status & 0x7f;
	e.status = e.signal ? NO_STATUS : (status >> 8) & 0xff;
	e.core = status & 0x80 ? 1 : 0;
	e.lifetime = now() - BPF_CORE_READ(task, group_leader, start_time);
	if (cpu_wanted)
		e.cpu = cpu_time(task);
	e.peak_rss = BPF_CORE_READ(task, signal, maxrss) << 12;
	return emit_plain(ctx, &e);
}

SEC("tp_btf/sched_process_exit") SERVES("ends of processes")
int BPF_PROG(on_exit, struct task_struct *task)
{
	return ends(ctx, task);
}

SEC("kprobe/exit_files") SERVES("ends of processes")
int BPF_KPROBE(on_exit_k, struct task_struct *task)
{
	return task == (void *)bpf_get_current_task() ? ends(ctx, task) : 0;
}

SEC("tp_btf/sched_wakeup_new") SERVES("processor time since the last timer tick") IF(cpu_wanted)
int BPF_PROG(on_start, struct task_struct *task)
{
	note_scheduler_clock(task);
	return 0;
}

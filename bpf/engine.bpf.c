/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The engine: what every session needs beside its tracers. It owns the maps that the tracers share
 * (rings, targets, what the reader says) and follows traced processes through fork and exit.
 *
 * What serves "children" and "last threads" is attached before the tracers and what serves "ends" after them,
 * so that a child is traced from its first instruction and a process until its last event. tracers/fork.bpf.c
 * and tracers/exit.bpf.c say why these hooks.
 *
 * Cost: a hash lookup per fork and two per exit, and only in sessions that choose processes by pid.
 */
#include "tracer.bpf.h"
#include "kernel_sched.bpf.h"

/* The accounts of the engine count forks: hits, children not followed, and children lost. */
static __always_inline int follow(struct task_struct *parent, struct task_struct *child)
{
	__u32 from = BPF_CORE_READ(parent, tgid), pid = BPF_CORE_READ(child, tgid), nobody = 0;

	if (pid == from)
		return 0;
	count_outcome(OUTCOME_HITS);
	if (!bpf_map_lookup_elem(&targets, &from))
		count_outcome(OUTCOME_NOT_TARGET);
	else if (bpf_map_update_elem(&targets, &pid, &nobody, BPF_ANY))
		count_outcome(OUTCOME_LOST_STATE_FULL);
	else
		count_outcome(OUTCOME_EMITTED);
	return 0;
}

/*
 * Of threads that exit at once the first may find at "ends" that none lives any more, because the other has just
 * left the count of live ones: but the other's hooks are still to come, and they want the process. So who may forget
 * it has seen that before all tracers, which then saw it too. Of several the latest does: the others have been seen.
 */
static __always_inline int claim(struct task_struct *task)
{
	__u32 pid = BPF_CORE_READ(task, tgid), *last = bpf_map_lookup_elem(&targets, &pid);

	if (last && BPF_CORE_READ(task, signal, live.counter) == 0)
		*last = BPF_CORE_READ(task, pid);
	return 0;
}

static __always_inline int forget(struct task_struct *task)
{
	__u32 pid = BPF_CORE_READ(task, tgid), tid = BPF_CORE_READ(task, pid);
	__u32 *last = bpf_map_lookup_elem(&targets, &pid);

	if (last && *last == tid)
		bpf_map_delete_elem(&targets, &pid);
	return 0;
}

SEC("tp_btf/sched_process_fork") SERVES("children")
int BPF_PROG(follow_fork, struct task_struct *parent, struct task_struct *child)
{
	return follow(parent, child);
}

SEC("kprobe/wake_up_new_task") SERVES("children")
int BPF_KPROBE(follow_fork_k, struct task_struct *child)
{
	return follow((void *)bpf_get_current_task(), child);
}

SEC("tp_btf/sched_process_exit") SERVES("last threads")
int BPF_PROG(last_exit, struct task_struct *task)
{
	return claim(task);
}

SEC("tracepoint/sched/sched_process_exit") SERVES("last threads")
int last_exit_t(void *ctx)
{
	return claim((void *)bpf_get_current_task());
}

SEC("tp_btf/sched_process_exit") SERVES("ends")
int BPF_PROG(follow_exit, struct task_struct *task)
{
	return forget(task);
}

/* Called right after exit_files: of two probes on one function the younger would come first. */
SEC("kprobe/exit_fs") SERVES("ends")
int BPF_KPROBE(follow_exit_k, struct task_struct *task)
{
	return task == (void *)bpf_get_current_task() ? forget(task) : 0;
}

/* The offsets of these two in the memory of a CPU, from BTF. */
struct per_cpu_offsets {
	__u64 runqueues, current_task;
};
const volatile struct per_cpu_offsets per_cpu_offsets = {};

/* Inserted by find_current. User space sets max_entries, and copies it into the tracers' current_places. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} found_current SEC(".maps") DOC("where each CPU keeps its current task");

/*
 * Attached to nothing: run once for each CPU, on that CPU if it runs. Each group of tasks has a queue on each
 * CPU (kernel/sched/sched.h), which says where that CPU's runqueue is, and so its memory. Returns 1 when the current
 * task is found there.
 */
SEC("raw_tp") SERVES("current tasks")
int find_current(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *found = NULL;
	struct cfs_rq **queues = BPF_CORE_READ(task, sched_task_group, cfs_rq), *queue = NULL;
	__u32 cpu = ctx[0];
	struct rq *rq;
	__u64 at;

	bpf_probe_read_kernel(&queue, sizeof(queue), queues + cpu);
	rq = BPF_CORE_READ(queue, rq);
	at = (__u64)rq - per_cpu_offsets.runqueues + per_cpu_offsets.current_task;
	if (!rq || BPF_CORE_READ(rq, cpu) != cpu ||
	    bpf_probe_read_kernel(&found, sizeof(found), (void *)at))
		return 0;
	if (cpu == bpf_get_smp_processor_id() && found != task)
		return 0;
	return !bpf_map_update_elem(&found_current, &cpu, &at, BPF_ANY);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// oom: every process that the kernel kills for want of memory: who it was, what it had, and whose request it died for.
//
// mark_victim fires for each victim, in whoever asked for memory that was not there, before it is killed: what
// it has can still be read. Which limit was hit is known one call above, in oom_kill_process; the victim
// need not have been at fault, and its group need not be the one with the limit.
//
// Cost:  some microseconds per victim.
// Blind: processes that user space kills (earlyoom, systemd-oomd): the tracer signal sees those.
#include "tracer.bpf.h"
#include "cgroup.bpf.h"
#include "find_task.bpf.h"
#include "resident.bpf.h"

typedef __s32 score_t TAG("unit:count");
enum oom_limit { LIMIT_UNKNOWN, LIMIT_MACHINE, LIMIT_CGROUP };

LIFECYCLE_EVENT(oom, "a process that is killed for want of memory") {
	struct caller who       DETAIL_PART(user) DOC("whose request for memory could not be met");
	process_id_t victim     KEY DOC("the process that is killed");
	char victim_comm[16]    KEY PRIVACY(open) DOC("its name");
	user_id_t victim_uid    DETAIL ALSO_DETAIL(victim_user, user) DOC("its user");
	cgroup_t victim_cgroup  KEY DETAIL ALSO_DETAIL(victim_container, container) ZERO_IS_UNKNOWN DOC("its control group (v2)");
	enum oom_limit limit    KEY DOC("what was exhausted: the machine's memory or a control group's");
	score_t score_adj       DETAIL DOC("its oom_score_adj: how much it was offered as a victim");
	cgroup_t limit_cgroup   DETAIL ZERO_IS_UNKNOWN DOC("the control group whose limit was hit");
	bytes_t anon            ZERO_IS_UNKNOWN DOC("its own resident memory");
	bytes_t file            DETAIL ZERO_IS_UNKNOWN DOC("resident pages of files");
	bytes_t shmem           DETAIL ZERO_IS_UNKNOWN DOC("resident shared memory");
	bytes_t swap            DETAIL DOC("what it has swapped out");
	bytes_t page_tables     DETAIL ZERO_IS_UNKNOWN DOC("what its page tables take");
	bytes_t mapped          DETAIL ZERO_IS_UNKNOWN DOC("its address space");
};

/* One suffices: who kills for want of memory holds oom_lock. Overwritten by the next. */
struct limit {
	__u64 thread; /* that kills */
	cgroup_t cgroup; /* 0: the machine's memory */
	__u64 chosen; /* the process */
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct limit);
} limits SEC(".maps") DOC("the limit that is hit");

struct oom_control {
	struct mem_cgroup *memcg;
	struct task_struct *chosen;
} OF_KERNEL;

SEC("fentry/oom_kill_process") SERVES("whose limit was hit")
int BPF_PROG(on_kill, struct oom_control *control)
{
	struct mem_cgroup *memory = BPF_CORE_READ(control, memcg);
	struct limit limit = { .thread = bpf_get_current_pid_tgid(), .chosen = BPF_CORE_READ(control, chosen, tgid) };
	__u32 zero = 0;

	if (memory)
		limit.cgroup = cgroup_of_memory(memory);
	bpf_map_update_elem(&limits, &zero, &limit, BPF_ANY);
	return 0;
}

/* A process that is ending when it asks is marked without a search: what this thread found before is not its limit. */
static __always_inline void describe_limit(struct oom *e)
{
	__u32 zero = 0;
	struct limit *limit = bpf_map_lookup_elem(&limits, &zero);

	if (!limit || limit->thread != bpf_get_current_pid_tgid())
		return;
	if (e->victim == e->who.pid && e->victim != limit->chosen)
		return;
	e->limit = limit->cgroup ? LIMIT_CGROUP : LIMIT_MACHINE;
	e->limit_cgroup = limit->cgroup;
}

static __always_inline void describe_victim(struct oom *e, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	BPF_CORE_READ_STR_INTO(&e->victim_comm, task, group_leader, comm);
	e->victim_uid = BPF_CORE_READ(task, cred, uid.val);
	e->victim_cgroup = cgroup_of(task);
	e->score_adj = BPF_CORE_READ(task, signal, oom_score_adj);
	e->anon = resident_bytes(mm, RESIDENT_ANON);
	e->file = resident_bytes(mm, RESIDENT_FILE);
	e->shmem = resident_bytes(mm, RESIDENT_SHMEM);
	e->swap = resident_bytes(mm, RESIDENT_SWAP);
	e->page_tables = page_table_bytes(mm);
	e->mapped = BPF_CORE_READ(mm, total_vm) << 12;
}

/*
 * Kernels before 6.8 pass the number of a thread of the victim, which is less than any address; raw_tp, as both are
 * numbers there. It has that number still: it is not even killed yet.
 */
SEC("raw_tp/mark_victim") SERVES("victims")
int on_victim(__u64 *ctx)
{
	const bool is_number = ctx[0] >> 32 == 0;
	struct task_struct *task = is_number ? task_numbered(ctx[0]) : (void *)ctx[0];
	struct oom e = { .victim = BPF_CORE_READ(task, tgid) };

	if (!caller_or_process(&e.who, e.victim))
		return 0;
	describe_victim(&e, task);
	describe_limit(&e);
	return emit(ctx, &e);
}

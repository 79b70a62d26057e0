// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// stack: what each thread is doing now: in which functions it is, of the program, of Python and of the kernel, and which
// lock it waits for.
//
// None is stopped. One that does not run left its registers in the kernel, and its memory is read from outside; if it has
// run meanwhile, it is looked at again. One that runs is met by a clock. When each has been seen once, the run ends.
//
// Cost:  3 to 150 us per thread, once; while it looks, some hundredths of a second, 997 interrupts per second and CPU.
// Blind: threads are not seen at one moment. Locks that are no futexes; who has one that is no pthread mutex.
#define READS_OTHERS
#include "tracer.bpf.h"
#include "lock_holder.bpf.h"
#include "state.bpf.h"
#include "task.bpf.h"

EVENT(stack, "a thread as it is now", VIEW("stack", "")) {
	struct caller who SHOWN_PART(tid) DETAIL_PART(user);
	enum thread_state state KEY DOC("running, or why not; runnable: it waits for a CPU; idle: uninterruptible, but no load");
	syscall_t syscall   KEY DOC("the system call it is in, if in one");
	pointer_t lock      KEY ZERO_IS_UNKNOWN DOC("the lock that it waits for, as the process addresses it");
	process_id_t holder KEY ZERO_IS_UNKNOWN DOC("the thread that has this lock, where its memory tells it");
	__u8 unused[4];
};

KNOB(count_t, frequency, 997, "how often per second it is looked for threads that run");

enum { MOST_LOOKS = 50, SEEN = 1000, THREAD_EXITS = 0x4 /* PF_EXITING, include/linux/sched.h */ };

/* How often it was looked at each thread. Made at the first look. Full: the thread is lost, and that is counted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32); /* tid */
	__type(value, __u32);
} looked_at SEC(".maps") DOC("threads that were looked at");

static __always_inline __u32 *looks_at(__u32 tid)
{
	__u32 none = 0;

	bpf_map_update_elem(&looked_at, &tid, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&looked_at, &tid);
}

static __always_inline void count_lost(void)
{
	count_outcome(OUTCOME_HITS);
	count_outcome(OUTCOME_LOST_STATE_FULL);
}

/* Once for each thread, whoever comes first. */
static __always_inline bool is_first(__u32 *looks)
{
	return __sync_lock_test_and_set(looks, SEEN) != SEEN;
}

static __always_inline void describe_thread(struct stack *e, struct task_struct *task, struct task_struct *whose)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	long number = number_of(regs);

	describe_task(&e->who, task);
	e->syscall = number == NO_NUMBER ? SYSCALL_NONE : syscall_of(task, number);
	if (e->syscall == FUTEX_CALL && is_wait(operation_of(regs))) {
		e->lock = BPF_CORE_READ(regs, di);
		e->holder = holder_of(e->lock, task, whose);
	}
	describe_stack_of(&e->who, whose);
}

/* Not yet: asks to be run again. */
static __always_inline int look_again(struct bpf_iter__task *ctx, __u32 *looks)
{
	__u8 again = 1;

	__sync_fetch_and_add(looks, 1);
	bpf_seq_write(ctx->meta->seq, &again, sizeof(again));
	return 0;
}

SEC("iter.s/task") UNTIL_SEEN SERVES("threads that do not run")
int on_thread(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct stack e = {};
	__u64 switches;
	__u32 *looks;

	if (!task || task->flags & THREAD_EXITS || !is_target_task(task, is_listed(task)))
		return 0;
	looks = looks_at(task->pid);
	if (!looks)
		count_lost();
	if (!looks || *looks == SEEN)
		return 0;
	switches = task->nvcsw + task->nivcsw;
	e.state = task->on_cpu ? THREAD_RUNNING : state_of(state_word(task));
	if (task->on_cpu && *looks < MOST_LOOKS)
		return look_again(ctx, looks);
	describe_thread(&e, task, task);
	if (task->on_cpu || task->nvcsw + task->nivcsw != switches) {
		if (*looks < MOST_LOOKS)
			return look_again(ctx, looks);
		has_no_stack(&e.who, NO_STACK_RUNS); /* what was found is of no one moment */
	}
	return is_first(looks) ? emit_span(NULL, &e) : 0;
}

SEC("perf_event") SERVES("threads that run")
int on_sample(void *ctx)
{
	__u32 tid = current_id(), *looks = bpf_map_lookup_elem(&looked_at, &tid);
	struct stack e = { .state = THREAD_RUNNING };

	if (!looks || !is_first(looks))
		return 0;
	describe_thread(&e, current_task(), NULL);
	return emit_span(ctx, &e);
}

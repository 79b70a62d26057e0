/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The system calls that read, write or sync a file, and in which of their arguments they have what. */
#pragma once
#include "args.bpf.h"
#include "schema.bpf.h"
#include <bpf/bpf_helpers.h>

enum file_operation {
	FILE_READ = 1, FILE_WRITE, FILE_FSYNC, FILE_FDATASYNC, FILE_SYNC_FILE_RANGE, FILE_FALLOCATE,
	FILE_SENDFILE, FILE_SPLICE, FILE_COPY_FILE_RANGE,
};

/*
 * Which arguments a call has it in, from 1. `other` is the descriptor that counts where the first is of no
 * regular file. The place is `at`; or behind the pointer that follows the descriptor; or the file's own.
 */
struct shape {
	__u8 operation, descriptor, other, pointer, at, size;
};
#define CALL(operation, ...) { FILE_##operation, __VA_ARGS__ }

/* arch/x86/entry/syscalls/syscall_64.tbl */
enum { SYS_LAST = 328 };
static const struct shape shapes[SYS_LAST + 1] = {
	[0] = CALL(READ, 1, 0, 0, 0, 0), [17] = CALL(READ, 1, 0, 0, 4, 0), /* pread64 */
	[19] = CALL(READ, 1, 0, 0, 0, 0), [295] = CALL(READ, 1, 0, 0, 4, 0), [327] = CALL(READ, 1, 0, 0, 4, 0),
	[1] = CALL(WRITE, 1, 0, 0, 0, 0), [18] = CALL(WRITE, 1, 0, 0, 4, 0), /* pwrite64 */
	[20] = CALL(WRITE, 1, 0, 0, 0, 0), [296] = CALL(WRITE, 1, 0, 0, 4, 0), [328] = CALL(WRITE, 1, 0, 0, 4, 0),
	[74] = CALL(FSYNC, 1, 0, 0, 0, 0), [75] = CALL(FDATASYNC, 1, 0, 0, 0, 0),
	[277] = CALL(SYNC_FILE_RANGE, 1, 0, 0, 2, 3), [285] = CALL(FALLOCATE, 1, 0, 0, 3, 4),
	[40] = CALL(SENDFILE, 2, 0, 1, 0, 0), [275] = CALL(SPLICE, 1, 3, 1, 0, 0),
	[326] = CALL(COPY_FILE_RANGE, 1, 0, 1, 0, 0),
};

static __always_inline struct shape shape_of(__u64 number)
{
	barrier_var(number); /* kernels before 6.5 lose the bound of a 32-bit comparison */
	return number <= SYS_LAST ? shapes[number] : (struct shape){};
}

/* include/uapi/asm-generic/fcntl.h */
#define APPENDS 02000

/* How often the current thread has left its CPU to wait. */
static __always_inline __u64 own_sleeps(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, nvcsw);
}

/*
 * Where in the file it began. What a call moved lies before the place that it left behind: the file's own, or its
 * end where it appends, whatever was passed (unless others made it longer meanwhile).
 */
static __always_inline __u64 place(struct pt_regs *regs, struct shape shape, __u32 descriptor,
				   struct file___kernel *file, __u64 moved)
{
	__u64 at = argument(regs, shape.at), pointer = argument(regs, descriptor + 1);

	if (shape.operation == FILE_FSYNC || shape.operation == FILE_FDATASYNC)
		return 0;
	if (shape.operation == FILE_WRITE && BPF_CORE_READ(file, f_flags) & APPENDS)
		return BPF_CORE_READ(file, f_mapping, host, i_size) - moved;
	if (shape.pointer && !bpf_probe_read_user(&at, sizeof(at), (void *)pointer))
		return at - moved;
	if (shape.at && at != -1ULL) /* preadv2, pwritev2 */
		return at;
	return BPF_CORE_READ(file, f_pos) - moved;
}

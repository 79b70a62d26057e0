/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is known of each system call of arch/x86/entry/syscalls/syscall_64.tbl: which of its
 * arguments is its first path. Others have none, or take it from a descriptor.
 */
#pragma once
#include "schema.bpf.h"
#include <bpf/bpf_core_read.h>

/* 1 + the number of the argument; 0: no path. */
static const __u8 path_argument[] = {
	[2] = 1,   /* open */
	[4] = 1,   /* stat */
	[6] = 1,   /* lstat */
	[21] = 1,  /* access */
	[59] = 1,  /* execve */
	[76] = 1,  /* truncate */
	[80] = 1,  /* chdir */
	[82] = 1,  /* rename */
	[83] = 1,  /* mkdir */
	[84] = 1,  /* rmdir */
	[85] = 1,  /* creat */
	[86] = 1,  /* link */
	[87] = 1,  /* unlink */
	[88] = 1,  /* symlink */
	[89] = 1,  /* readlink */
	[90] = 1,  /* chmod */
	[92] = 1,  /* chown */
	[94] = 1,  /* lchown */
	[132] = 1, /* utime */
	[133] = 1, /* mknod */
	[137] = 1, /* statfs */
	[155] = 1, /* pivot_root */
	[161] = 1, /* chroot */
	[163] = 1, /* acct */
	[165] = 1, /* mount */
	[166] = 1, /* umount2 */
	[167] = 1, /* swapon */
	[168] = 1, /* swapoff */
	[179] = 2, /* quotactl */
	[188] = 1, /* setxattr */
	[189] = 1, /* lsetxattr */
	[191] = 1, /* getxattr */
	[192] = 1, /* lgetxattr */
	[194] = 1, /* listxattr */
	[195] = 1, /* llistxattr */
	[197] = 1, /* removexattr */
	[198] = 1, /* lremovexattr */
	[235] = 1, /* utimes */
	[254] = 2, /* inotify_add_watch */
	[257] = 2, /* openat */
	[258] = 2, /* mkdirat */
	[259] = 2, /* mknodat */
	[260] = 2, /* fchownat */
	[261] = 2, /* futimesat */
	[262] = 2, /* newfstatat */
	[263] = 2, /* unlinkat */
	[264] = 2, /* renameat */
	[265] = 2, /* linkat */
	[266] = 1, /* symlinkat */
	[267] = 2, /* readlinkat */
	[268] = 2, /* fchmodat */
	[269] = 2, /* faccessat */
	[280] = 2, /* utimensat */
	[301] = 5, /* fanotify_mark */
	[303] = 2, /* name_to_handle_at */
	[316] = 2, /* renameat2 */
	[322] = 2, /* execveat */
	[332] = 2, /* statx */
	[428] = 2, /* open_tree */
	[429] = 2, /* move_mount */
	[437] = 2, /* openat2 */
	[439] = 2, /* faccessat2 */
	[442] = 2, /* mount_setattr */
	[452] = 2, /* fchmodat2 */
	[463] = 2, /* setxattrat */
	[464] = 2, /* getxattrat */
	[465] = 2, /* listxattrat */
	[466] = 2, /* removexattrat */
	[467] = 2, /* open_tree_attr */
	[468] = 2, /* file_getattr */
	[469] = 2, /* file_setattr */
};

/* As they lie in the registers, whatever they mean. */
typedef __u64 argument_t TAG("format:id");
struct arguments {
	argument_t a, b, c, d, e, f;
};

static __always_inline bool is_i386(syscall_t call)
{
	return (call & SYSCALL_MINUS_ONE) == SYSCALL_I386;
}

static __always_inline __s32 number_in_table(syscall_t call)
{
	if (call >= SYSCALL_MINUS_ONE)
		return call == SYSCALL_MINUS_ONE ? -1 : (__s32)call;
	return call & ~SYSCALL_MINUS_ONE;
}

/* The calls that do not return: exit and exit_group. */
static __always_inline bool never_returns(syscall_t call)
{
	return call == 60 || call == 231 || call == (1 | SYSCALL_I386) ||
	       call == (252 | SYSCALL_I386);
}

/*
 * Where the first path of a call that has returned lies in user memory, or 0. After execve the old
 * program's memory is gone: the new one has the name at the top of its stack (fs/exec.c,
 * bprm_execve).
 */
static __always_inline __u64 first_path(syscall_t call, const struct arguments *args, int error)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 number = call;

	barrier_var(number);
	if (number >= sizeof(path_argument))
		return 0;
	if ((number == 59 || number == 322) && !error)
		return BPF_CORE_READ(task, mm, env_end);
	switch (path_argument[number]) {
	case 1:
		return args->a;
	case 2:
		return args->b;
	case 5:
		return args->e;
	}
	return 0;
}

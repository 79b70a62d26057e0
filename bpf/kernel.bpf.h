/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel as plumb uses it: only the fields that someone reads. CO-RE finds where they really
 * are on the kernel that runs, so members may be in any order here and most are left out.
 */
#pragma once
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
#ifndef __cplusplus /* a host test builds the kernel's structs from this file */
typedef _Bool bool;
enum { false, true };
#endif
#ifndef NULL
#define NULL ((void *)0)
#endif

/* include/uapi/linux/bpf.h */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum { BPF_F_NO_PREALLOC = 1, BPF_F_MMAPABLE = 1 << 10 };
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_LOCAL_STORAGE_GET_F_CREATE = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2, BPF_RB_AVAIL_DATA = 0 };
#define BPF_F_CURRENT_CPU 0xffffffffULL

/* include/linux/socket.h, include/uapi/linux/in.h, asm-generic/errno.h */
#ifndef __cplusplus
enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, IPPROTO_TCP = 6 };
enum { MAX_ERRNO = 4095 }; /* include/linux/err.h */
enum { EPERM = 1, EINTR = 4, E2BIG = 7, EBADF = 9, ENOMEM = 12, EINVAL = 22, ECONNABORTED = 103 };
#endif

/* include/linux/errno.h: a call that a signal interrupts returns one of these, and begins anew or is EINTR */
enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

/* arch/x86/include/asm/thread_info.h: in a system call of a 32-bit program */
#define TS_COMPAT 0x2

/* include/linux/sched/signal.h */
#define SIGNAL_GROUP_EXIT 0x4

/* Of a struct outside of this file: CO-RE finds where its members are. */
#ifdef PLUMB_HOST
#define OF_KERNEL
#else
#define OF_KERNEL __attribute__((preserve_access_index))
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

enum bpf_func_id { BPF_FUNC_task_pt_regs = 175 };

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct hlist_bl_node d_hash;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct file {
	unsigned int f_flags;
	struct path f_path;
	struct inode *f_inode;
	struct address_space *f_mapping;
	__s64 f_pos;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct thread_info {
	__u32 status; /* arch/x86/include/asm/thread_info.h: TS_COMPAT */
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	unsigned int level;
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_pgoff;
	struct file *vm_file;
};

struct mm_struct {
	unsigned long start_code, end_code, start_stack;
	unsigned long stack_vm, total_vm; /* pages */
	unsigned long brk;
	unsigned long arg_start, arg_end, env_start, env_end;
	struct file *exe_file;
};

struct sched_entity {
	__u64 exec_start; /* rq.clock_task when the sum was last brought up to date */
	__u64 sum_exec_runtime;
	struct cfs_rq *cfs_rq;
};

struct list_head {
	struct list_head *next;
};

struct signal_struct {
	atomic_t live;
	struct list_head thread_head;
	int nr_threads;
	unsigned int flags;
	int group_exit_code;
	unsigned long maxrss;
	short oom_score_adj;
	unsigned long long sum_sched_runtime;
};

struct user_namespace {
	struct ns_common ns;
};

struct cred {
	kuid_t uid;
	kgid_t gid;
};

struct kernfs_node {
	__u64 id; /* what bpf_get_current_cgroup_id returns */
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp; /* of version 2 */
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int on_cpu; /* a byte since 7.3: only what is unsigned is read at another size */
	struct css_set *cgroups;
	unsigned int flags;
	int pid;
	int tgid;
	int exit_code;
	unsigned long nvcsw, nivcsw; /* how often it left its CPU to wait, and to let others run */
	__u64 start_time;
	__u64 start_boottime;
	char comm[16];
	void *stack;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct list_head thread_node;
	struct pid *thread_pid;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	const struct cred *cred;
	const struct cred *real_cred;
	struct sched_entity se;
	struct task_group *sched_task_group;
};

struct seq_file {
	char *buf;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct file *file;
};

struct kernel_siginfo {
	int si_code;
};

struct linux_binprm {
	const char *filename;
	const char *interp;
	struct file *file;
	int argc;
};

struct pt_regs {
	unsigned long ax, bx, cx, dx, di, si, bp, sp, ip;
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15;
	unsigned long orig_ax, cs, flags, ss;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

/*
 * Tracepoint records are copies that the kernel lays out for this; their formats are stable
 * (/sys/kernel/tracing/events/syscalls/.../format).
 */
struct trace_event_raw_sys_exit {
	__u64 common;
	__s64 id;
	__s64 ret;
};

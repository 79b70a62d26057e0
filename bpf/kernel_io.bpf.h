/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's inodes, disks and requests to them; the same rules as in bpf/kernel.bpf.h. */
#pragma once
#include "kernel.bpf.h"

/* include/uapi/linux/stat.h; include/linux/fs.h */
#ifndef __cplusplus
enum { S_IFMT = 0170000, S_IFREG = 0100000, S_IFSOCK = 0140000, S_ANON_INODE = 1 << 19 };
#endif

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct super_block {
	struct block_device *s_bdev;
	unsigned int s_dev; /* major << 20 | minor */
};

struct inode {
	unsigned short i_mode;
	unsigned int i_flags;
	unsigned long i_ino;
	long long i_size;
	struct super_block *i_sb;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct address_space {
	struct inode *host;
};

struct gendisk {
	int major, first_minor;
	char disk_name[32];
};

struct request_queue {
	struct gendisk *disk; /* since 5.15 */
};

struct request {
	struct request_queue *q;
	unsigned int cmd_flags;
	unsigned int __data_len;
	__u64 __sector;
	__u64 start_time_ns;
};

struct mount___tree {
	struct list_head mnt_mounts; /* the mounts on this one, */
	struct list_head mnt_child;  /* each by this member */
};

struct request___before_5_17 {
	struct gendisk *rq_disk;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

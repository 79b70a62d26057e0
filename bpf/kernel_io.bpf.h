/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's inodes; the same rules as in bpf/kernel.bpf.h. */
#pragma once
#include "kernel.bpf.h"

/* include/uapi/linux/stat.h; include/linux/fs.h */
#ifndef __cplusplus
enum { S_IFMT = 0170000, S_IFREG = 0100000, S_ANON_INODE = 1 << 19 };
#endif

#ifndef PLUMB_HOST
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct super_block {
	struct block_device *s_bdev;
};

struct inode {
	unsigned short i_mode;
	unsigned int i_flags;
	struct super_block *i_sb;
};

struct address_space {
	struct inode *host;
};

#ifndef PLUMB_HOST
#pragma clang attribute pop
#endif

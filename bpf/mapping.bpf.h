/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words of mmap, mprotect, mremap and madvise. */
#pragma once
#include "schema.bpf.h"

/* A change of size, in bytes: it may be less than nothing. */
typedef __s64 change_t TAG("unit:bytes");

/* arch/x86/entry/syscalls/syscall_64.tbl */
enum memory_call {
	CALL_MMAP = 9,
	CALL_MPROTECT = 10,
	CALL_MUNMAP = 11,
	CALL_BRK = 12,
	CALL_MREMAP = 25,
	CALL_MADVISE = 28,
};

/* include/uapi/asm-generic/mman-common.h */
enum memory_protection { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };

/* There and in mman.h. Above bit 25 mmap has the size of huge pages; here they are those of mremap. */
enum mapping_flags {
	MAP_NONE = 0,
	MAP_SHARED = 0x1,
	MAP_PRIVATE = 0x2,
	MAP_SHARED_VALIDATE = 0x3,
	MAP_FIXED = 0x10,
	MAP_ANONYMOUS = 0x20,
	MAP_32BIT = 0x40,
	MAP_GROWSDOWN = 0x100,
	MAP_DENYWRITE = 0x800,
	MAP_LOCKED = 0x2000,
	MAP_NORESERVE = 0x4000,
	MAP_POPULATE = 0x8000,
	MAP_NONBLOCK = 0x10000,
	MAP_STACK = 0x20000,
	MAP_HUGETLB = 0x40000,
	MAP_SYNC = 0x80000,
	MAP_FIXED_NOREPLACE = 0x100000,
	MAP_MAYMOVE = 1 << 28,
	MAP_DONTUNMAP = 4 << 28,
};

/* The same file; NONE is for the other calls. */
enum memory_advice {
	MADV_NONE = -1,
	MADV_NORMAL,
	MADV_RANDOM,
	MADV_SEQUENTIAL,
	MADV_WILLNEED,
	MADV_DONTNEED,
	MADV_FREE = 8,
	MADV_REMOVE,
	MADV_DONTFORK,
	MADV_DOFORK,
	MADV_MERGEABLE,
	MADV_UNMERGEABLE,
	MADV_HUGEPAGE,
	MADV_NOHUGEPAGE,
	MADV_DONTDUMP,
	MADV_DODUMP,
	MADV_WIPEONFORK,
	MADV_KEEPONFORK,
	MADV_COLD,
	MADV_PAGEOUT,
	MADV_POPULATE_READ,
	MADV_POPULATE_WRITE,
	MADV_DONTNEED_LOCKED,
	MADV_COLLAPSE,
};

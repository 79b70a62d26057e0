/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions of the kernel that programs call (kfuncs), by numbers of no helper. User space puts the kernel's own in
 * the place of these before the load, where it has a function of that name (src/kernel/kernel_types.cpp); elsewhere
 * nothing may lead to the call. Were they declared as __ksym, libbpf would read all of the kernel's types for them.
 */
#pragma once

enum kernel_function {
	KERNEL_bpf_rdonly_cast = 0x7f000001,
	KERNEL_bpf_dynptr_from_skb,
};

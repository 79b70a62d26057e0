/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who sends on a socket: include/linux/net.h, struct socket, and the system calls of x86-64. */
#pragma once
#include "descriptor.bpf.h"
#include "kernel_net.bpf.h"
#include "registers.bpf.h"

/*
 * Does the current task send on this socket now? A packet often leaves on whatever task an
 * interrupt found: when a neighbour's address is known at last, when an acknowledgement makes room.
 * A call of io_uring's or a thread of its own is believed; of any other, its descriptor must be the
 * socket.
 */
static __always_inline bool sends_on(struct sock *sk)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pt_regs *regs = caller_registers();
	long call = number_of(regs);
	struct socket *socket;
	struct file *file;

	if (call == 426 || BPF_CORE_READ(task, flags) & PF_IO_WORKER)
		return true;
	/* write, writev, sendfile, sendto, sendmsg, sendmmsg */
	if (is_compat() ||
	    (call != 1 && call != 20 && call != 40 && call != 44 && call != 46 && call != 307))
		return false;
	file = file_of(argument(regs, 1));
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk) == sk;
}

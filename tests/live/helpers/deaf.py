"""Sockets that hear nothing: what comes in for them is dropped before TCP sees it, on any kernel."""
import ctypes
import socket
import struct

SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27  # include/uapi/asm-generic/socket.h
BPF_RET = 6  # struct sock_filter, include/uapi/linux/filter.h: return 0 bytes of each packet


def deafen(sock):
    code = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RET, 0, 0, 0))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@H6xP", 1, ctypes.addressof(code)))


def hear(sock):
    sock.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)

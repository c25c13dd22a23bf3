# SPDX-License-Identifier: Apache-2.0
"""Runs a program that may only make the calls of an old and simple system, and is told ENOSYS of all others.

usage: only_plain_calls.py PROGRAM [ARGUMENT...]

Allowed are files, memory, signals and ordinary sockets, waiting by poll and select, version 1 of the requests to a PTP clock,
and the requests to interfaces. Not: netlink, epoll, eventfd, timerfd, ppoll, several messages in one call, threads, processes.
Exits with 77 where there are no such filters.
"""
import ctypes
import os
import platform
import struct
import sys

# Numbers of x86-64; the first architecture of libc's start-up, of files and of sockets that this is written for.
ALLOWED = {
    "read": 0, "write": 1, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10,
    "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "writev": 20,
    "access": 21, "pipe": 22, "select": 23, "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "connect": 42,
    "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "bind": 49, "getsockname": 51, "setsockopt": 54,
    "getsockopt": 55, "execve": 59, "uname": 63, "fcntl": 72, "getcwd": 79, "unlink": 87, "readlink": 89, "chmod": 90,
    "fchmod": 91, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "arch_prctl": 158, "gettid": 186, "futex": 202,
    "getdents64": 217, "set_tid_address": 218, "clock_gettime": 228, "exit_group": 231, "openat": 257, "newfstatat": 262,
    "set_robust_list": 273, "pipe2": 293, "prlimit64": 302, "getrandom": 318, "rseq": 334,
}
IOCTL, SOCKET = 16, 41
SOCKETS = (1, 2, 10)  # local, IPv4, IPv6
PTP_VERSION_1 = (0x80503D01, 0x40103D02, 0x40383D03, 0x40043D04, 0x43403D05)
INTERFACES = (0x8910, 0x89FF)  # linux/sockios.h
TERMINALS = (0x5401, 0x5413)
X86_64, ENOSYS = 0xC000003E, 38
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | ENOSYS
NUMBER, ARCHITECTURE, FIRST, SECOND = 0, 4, 16, 24  # of struct seccomp_data, as far as 32 bits of each argument


def rule(code, value, yes=0, no=0):
    return struct.pack("=HBBI", code, yes, no, value)


def allowed_if(offset, values, ranges=()):
    """Instructions that allow these values of a field and refuse all others."""
    code = [rule(LOAD, offset)]
    for value in values:
        code += [rule(EQUAL, value, 0, 1), rule(RETURN, ALLOW)]
    for low, high in ranges:
        code += [rule(AT_LEAST, low, 0, 2), rule(AT_LEAST, high + 1, 1, 0), rule(RETURN, ALLOW)]
    return code + [rule(RETURN, REFUSE)]


def main():
    if platform.machine() != "x86_64":
        return 77
    requests = allowed_if(SECOND, PTP_VERSION_1, (INTERFACES, TERMINALS))
    families = allowed_if(FIRST, SOCKETS)
    code = [rule(LOAD, ARCHITECTURE), rule(EQUAL, X86_64, 1, 0), rule(RETURN, REFUSE), rule(LOAD, NUMBER)]
    code += [rule(EQUAL, IOCTL, 0, len(requests)), *requests]
    code += [rule(EQUAL, SOCKET, 0, len(families)), *families]
    code += allowed_if(NUMBER, ALLOWED.values())
    octets = ctypes.create_string_buffer(b"".join(code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(octets)))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_filter, filter_mode = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0 or libc.prctl(set_filter, filter_mode, program, 0, 0) != 0:
        return 77
    os.execvp(sys.argv[1], sys.argv[1:])


sys.exit(main())

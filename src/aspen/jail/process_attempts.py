"""Attempts on other processes, on files and on the kernel: each returns the kernel's answer, minus errno when refused.

None does harm where it succeeds: a call is made with arguments that the kernel itself rejects once permission is
granted (EBADF, EINVAL, ESRCH say that it was), what is opened is closed, what is created is removed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from pathlib import Path

from aspen.jail.kernel import system_call, try_to_fork

_AT_FDCWD, _NO_FD = -100, -1
_PTRACE_PEEKDATA = 1
_CLONE_SIGHAND_WITHOUT_MEMORY = 0x800 | 17  # with SIGCHLD; the kernel answers EINVAL and makes no child
_TEMPORARY, _SHARED_MEMORY = Path("/tmp"), Path("/dev/shm")  # the real places, whatever TMPDIR says
_NO_FILE = b"/no-such-file-of-aspen\0"
_WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def open_file(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open and close; for reading also read one byte, because an open alone could be empty permission."""
    fd = system_call("openat", _AT_FDCWD, os.fsencode(path) + b"\0", flags | os.O_CLOEXEC, 0)
    if fd < 0:
        return fd
    try:
        if flags == os.O_RDONLY:
            return min(0, system_call("pread64", fd, ctypes.create_string_buffer(1), 1, 0))
        return 0
    finally:
        os.close(fd)


def list_folder(path: Path) -> int:
    return open_file(path, os.O_RDONLY | os.O_DIRECTORY)


def create_file(folder: Path, name: str = "") -> int:
    """Create an empty file and remove it again."""
    path = os.fsencode(folder / (name or f".aspen-probe-{os.getpid()}")) + b"\0"
    fd = system_call("openat", _AT_FDCWD, path, _WRITE_NEW, 0o600)
    if fd >= 0:
        os.close(fd)
        system_call("unlinkat", _AT_FDCWD, path, 0)
    return fd


def write_temporary() -> int:
    return create_file(_TEMPORARY)


def write_shared_memory() -> int:
    return create_file(_SHARED_MEMORY)


def change_mode() -> int:
    return system_call("fchmod", _NO_FD, 0o600)


def open_process(pid: int) -> int:
    fd = system_call("pidfd_open", pid, 0)
    if fd >= 0:
        os.close(fd)
    return fd


def take_descriptor(pid: int) -> int:
    """Copy the other process's standard input; on descriptor -1 when the process cannot be opened."""
    process_fd = system_call("pidfd_open", pid, 0)
    taken = system_call("pidfd_getfd", process_fd if process_fd >= 0 else _NO_FD, 0, 0)
    for fd in (process_fd, taken):
        if fd >= 0:
            os.close(fd)
    return taken


def peek_by_ptrace(pid: int) -> int:
    """Without attaching, which would stop the other process: ESRCH says that ptrace itself is there."""
    return system_call("ptrace", _PTRACE_PEEKDATA, pid, 0, 0)


def read_memory(pid: int) -> int:
    """One byte at an address of our own. EFAULT says that permission was granted and nothing lies there."""
    byte = ctypes.create_string_buffer(1)
    vector = struct.pack("=QQ", ctypes.addressof(byte), 1)
    return system_call("process_vm_readv", pid, vector, 1, vector, 1, 0)


def open_memory_file(pid: int) -> int:
    return open_file(Path(f"/proc/{pid}/mem"), os.O_RDWR)


def signal_process(pid: int) -> int:
    return system_call("kill", pid, 0)


def create_memory_file() -> int:
    """A file in memory and the right to run it; an empty one is no program (ENOEXEC)."""
    fd = system_call("memfd_create", b"aspen\0", 1)
    if fd < 0:
        return fd
    try:
        no_strings = bytes(8)
        return system_call("execveat", fd, b"\0", no_strings, no_strings, 0x1000)
    finally:
        os.close(fd)


def fork_by_clone() -> int:
    return system_call("clone", _CLONE_SIGHAND_WITHOUT_MEMORY, 0, 0, 0, 0)


def fork_by_clone3() -> int:
    return system_call("clone3", None, 0)


def fork_the_old_way() -> int:
    """A real fork, tried only where clone was refused: what a filter by number could have forgotten."""
    by_clone = fork_by_clone()
    if by_clone != -errno.EPERM:
        return by_clone
    child = try_to_fork("fork")
    if child > 0:
        os.waitpid(child, 0)
    return child


def execute() -> int:
    return system_call("execve", _NO_FILE, bytes(8), bytes(8))


def execute_at() -> int:
    return system_call("execveat", _AT_FDCWD, _NO_FILE, bytes(8), bytes(8), 0)


def unshare_nothing() -> int:
    return system_call("unshare", 0)


def enter_namespace() -> int:
    return system_call("setns", _NO_FD, 0)


def mount_nothing() -> int:
    """No file system type: EINVAL for those who may mount, EPERM for the others."""
    return system_call("mount", b"none\0", b"/\0", None, 0, None)

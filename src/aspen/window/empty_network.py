"""Puts this process, and all that it starts, into a network in which nobody else is. Needs no rights; never undone.

The user namespace maps the own identity to itself, so that files stay the user's and a browser's own sandbox works.
Not taken: the IPC namespace, which a display shares pictures through; what a path leads to, such as the display's
socket. Folders can be hidden from the process, and are empty for it then.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

from aspen.jail.kernel import errno_name, system_call

_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
_NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 2, 4, 8
_GET_FLAGS, _SET_FLAGS, _IS_UP = 0x8913, 0x8914, 1
_SELF = Path("/proc/self")


def enter_empty_network() -> str:
    """Enter it and raise its loopback interface. Return how the kernel refused, as in `EPERM`; empty when it did not.

    Needs a single thread. Many systems forbid it: containers, hardened kernels, AppArmor.
    """
    user_id, group_id = os.getuid(), os.getgid()
    result = system_call("unshare", _NEW_USER | _NEW_NETWORK | _NEW_MOUNTS)
    if result != 0:
        return errno_name(-result)
    try:
        (_SELF / "setgroups").write_text("deny", "ascii")
        (_SELF / "uid_map").write_text(f"{user_id} {user_id} 1", "ascii")
        (_SELF / "gid_map").write_text(f"{group_id} {group_id} 1", "ascii")
        _raise_loopback()
    except OSError as error:
        return errno_name(error.errno or errno.EPERM)
    return ""


def _raise_loopback() -> None:
    """`ip link set lo up` in the words of netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sH14s", b"lo", 0, b"")
        _, flags, _ = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _GET_FLAGS, asked))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14s", b"lo", flags | _IS_UP, b""))


def hide(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Let every folder be empty for this process from now on, and return those where that worked (mount(2))."""
    return tuple(folder for folder in folders if folder.is_dir() and _cover(folder))


def _cover(folder: Path) -> bool:
    flags = _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
    return system_call("mount", b"none\0", os.fsencode(folder) + b"\0", b"tmpfs\0", flags, b"mode=0700\0") == 0

"""Runs a command in the closed network of a process: `python enter_network.py PID COMMAND…` (setns(2), execv(3))."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_NAMESPACES = {"user": 0x10000000, "net": 0x40000000, "mnt": 0x00020000}
"""In the order in which they must be entered: the first gives the right to the others."""


def main() -> None:
    pid, *command = sys.argv[1:]
    folder = Path.cwd()
    libc = ctypes.CDLL(None, use_errno=True)
    opened = [(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY), kind) for name, kind in _NAMESPACES.items()]
    for descriptor, kind in opened:
        if libc.setns(descriptor, kind) != 0:
            raise OSError(ctypes.get_errno(), "the closed network cannot be entered")
        os.close(descriptor)
    os.chdir(folder)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()

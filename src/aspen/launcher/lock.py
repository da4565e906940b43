"""One launcher for each data home, kept by a file lock that the kernel releases when the process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

_NAME = "service.lock"


def take_lock(data_home: Path, runtime: Path) -> int | None:
    """Return the descriptor that holds the lock, or None when another launcher has it.

    `runtime` is noted in the file, for commands whose own XDG_RUNTIME_DIR is another one (cron, ssh, su).
    """
    descriptor = os.open(data_home / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, os.fsencode(runtime))
    return descriptor


def noted_runtime(data_home: Path) -> Path | None:
    """Return where the launcher listens that has the lock, or had it last; None when there never was one."""
    try:
        noted = (data_home / _NAME).read_bytes()
    except OSError:
        return None
    return Path(os.fsdecode(noted)) if noted else None

"""One launcher for each data home, kept by a file lock that the kernel releases when the process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def take_lock(data_home: Path) -> int | None:
    """Return the descriptor that holds the lock, or None when another launcher has it."""
    descriptor = os.open(data_home / "service.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor

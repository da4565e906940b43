"""The small, old restrictions of a Linux process: limits, capabilities, dumpability, dying with the parent.

None of them keeps a process from the network or from files. Each returns 0 or an errno; ENOSYS off Linux.
"""

from __future__ import annotations

import signal
import struct
import sys
from pathlib import Path

from aspen.jail.kernel import system_call

_RLIMIT_FSIZE, _RLIMIT_CORE = 1, 4
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522
_TASKS = Path("/proc/self/task")


def _set_limit_to_zero(resource: int) -> int:
    return -system_call("prlimit64", 0, resource, struct.pack("=QQ", 0, 0), None)


def forbid_core_dumps() -> int:
    """RLIMIT_CORE 0: a crash leaves no copy of the memory on the disk."""
    return _set_limit_to_zero(_RLIMIT_CORE)


def forbid_file_growth() -> int:
    """RLIMIT_FSIZE 0: no file can grow, with an error in place of the deadly signal. Pipes and sockets still work."""
    if sys.platform == "linux":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return _set_limit_to_zero(_RLIMIT_FSIZE)


def die_with_parent() -> int:
    """SIGKILL this process when the *thread* that started it ends. The caller compares getppid() afterwards."""
    return -system_call("prctl", _PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def forbid_new_privileges() -> int:
    """no_new_privs: set-uid programs give nothing; the kernel asks for it before Landlock and seccomp."""
    return -system_call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def forbid_dumps() -> int:
    """Not dumpable: other processes of this user cannot read its memory or descriptors, and /proc/self is root's."""
    return -system_call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_capabilities() -> int:
    """capset(2) to nothing, for the calling thread. Root stays the owner of its files and may do nothing more."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    return -system_call("capset", header, bytes(24))


def running_threads() -> int:
    """Count the threads of this process; 1 where the system does not tell."""
    try:
        return sum(1 for _ in _TASKS.iterdir())
    except OSError:
        return 1

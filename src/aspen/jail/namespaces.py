"""Move this process into empty network, IPC and host-name namespaces, as far as the system allows it.

An empty network namespace has no interface that is up, not even loopback. It leaves vsock, files and Unix sockets with
a path; seccomp and Landlock cover those. Processes are still seen: there is no process namespace here.
"""

from __future__ import annotations

import os
from pathlib import Path

from aspen.jail.kernel import system_call

_NEW_USER, _NEW_UTS, _NEW_IPC, _NEW_NETWORK = 0x10000000, 0x04000000, 0x08000000, 0x40000000
_EMPTY = _NEW_UTS | _NEW_IPC | _NEW_NETWORK
_SELF = Path("/proc/self")


def enter_empty_namespaces() -> int:
    """Enter them and return 0, or the errno. Needs a single thread. Best effort: many systems forbid it.

    First inside a user namespace of its own, which needs no rights; where that is switched off, root can still do
    without one.
    """
    user_id, group_id = os.getuid(), os.getgid()
    error = -system_call("unshare", _NEW_USER | _EMPTY)
    if error == 0:
        _keep_own_ids(user_id, group_id)
        return 0
    return 0 if system_call("unshare", _EMPTY) == 0 else error


def _keep_own_ids(user_id: int, group_id: int) -> None:
    """Map the own ids to themselves (user_namespaces(7)). Without it they would only look foreign, so errors pass."""
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user_id} {user_id} 1"),
        ("gid_map", f"{group_id} {group_id} 1"),
    ):
        try:
            (_SELF / name).write_text(line, "ascii")
        except OSError:
            return

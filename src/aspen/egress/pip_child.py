"""Runs pip in a process of its own, and tells by the exit status whether a package index was reached at all.

pip ends with 1 both when there is no network and when the index lacks a package; only its wording differs, and that
changes between versions. So Python's audit events are counted instead (https://docs.python.org/3/library/audit_events.html):
`socket.connect` or `socket.getaddrinfo` says that pip tried, `http.client.send` that a connection stood.
Arguments: the parent's process id, then pip's own.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

UNREACHED = 75
"""Exit status: pip failed, tried to connect, and no request could be sent (EX_TEMPFAIL of sysexits.h)."""

_PR_SET_PDEATHSIG = 1
_TRIES = frozenset({"socket.connect", "socket.getaddrinfo"})


class Connections:
    """An audit hook that remembers whether pip tried to connect, and whether it got as far as a request."""

    def __init__(self) -> None:
        self.tried = False
        self.reached = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in _TRIES:
            self.tried = True
        elif event == "http.client.send" and not _is_tunnel(arguments):
            self.reached = True


def _is_tunnel(arguments: tuple[object, ...]) -> bool:
    """A request to open a tunnel shows that the proxy is there, not the index behind it."""
    sent = arguments[1] if len(arguments) > 1 else b""
    return isinstance(sent, bytes) and sent.startswith(b"CONNECT ")


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends (PR_SET_PDEATHSIG, prctl(2)). Elsewhere: nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)


def main() -> None:
    die_with_parent(int(sys.argv[1]))
    connections = Connections()
    sys.addaudithook(connections)
    sys.argv = ["pip", *sys.argv[2:]]
    try:
        runpy.run_module("pip", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        sys.exit(UNREACHED if ended.code and connections.tried and not connections.reached else ended.code)


if __name__ == "__main__":
    main()

"""The process inside of the window's network: opens the listeners there, starts the browser, and ends with it.

It gives the listeners away, so that whoever accepts on them need not be here, and knows no more of Aspen than the
command lines that it is told to run. Not sealed: a browser needs files, programs and a display. What it cannot have,
and nothing that it starts, is a network.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from aspen.jail import restrictions
from aspen.jail.kernel import system_call
from aspen.window.empty_network import enter_empty_network, hide

_PR_SET_CHILD_SUBREAPER = 36
_LOOPBACK = "127.0.0.1"
_LARGEST_PACKET_BYTES = 1 << 16
_GRACE_SECONDS = 3.0
_PAUSE_SECONDS = 0.02
_BY_SIGNAL = 128
_OWN_CHILDREN = Path("/proc/thread-self/children")


def main() -> int:
    options = _parse()
    if restrictions.die_with_parent() == 0 and os.getppid() != options.parent:
        return 1
    channel = socket.socket(fileno=options.channel)
    if refused := enter_empty_network():
        channel.send(json.dumps({"refused": refused}).encode())
        return 1
    listeners = [socket.create_server((_LOOPBACK, port)) for port in options.ports]
    hidden = [str(folder) for folder in hide(options.hide)]
    restrictions.forbid_core_dumps()
    restrictions.drop_capabilities()
    restrictions.forbid_new_privileges()
    socket.send_fds(channel, [json.dumps({"hidden": hidden}).encode()], [each.fileno() for each in listeners])
    for each in listeners:
        each.close()
    # What a browser leaves behind when it dies becomes a child of this process, and ends with it.
    system_call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        return _serve(channel)
    finally:
        _end_everything()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aspen.window.inside")
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--ports", type=int, nargs="+", required=True)
    parser.add_argument("--hide", type=Path, nargs="*", default=[])
    return parser.parse_args()


def _serve(channel: socket.socket) -> int:
    """Run the command lines that come, until the last browser has ended or nobody is left to send any."""
    running: dict[int, int] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(channel, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is channel:
                    packet = channel.recv(_LARGEST_PACKET_BYTES)
                    if not packet:
                        return 0
                    pid = _start(json.loads(packet))
                    descriptor = os.pidfd_open(pid)
                    running[descriptor] = pid
                    waiting.register(descriptor, selectors.EVENT_READ)
                    continue
                waiting.unregister(key.fd)
                _, status = os.waitpid(running.pop(key.fd), 0)
                os.close(key.fd)
                if not running:
                    code = os.waitstatus_to_exitcode(status)
                    return code if code >= 0 else _BY_SIGNAL - code


def _start(command: Sequence[str]) -> int:
    """Run a program that dies with this process: what it prints could be what somebody said, and is dropped."""
    pid = os.fork()
    if pid:
        return pid
    with suppress(OSError):  # nothing may leave this block but by `_exit`
        restrictions.die_with_parent()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        os.execv(command[0], tuple(command))
    os._exit(127)


def _end_everything() -> None:
    """Ask all that is left to end, and kill what does not."""
    deadline = time.monotonic() + _GRACE_SECONDS
    asked: set[int] = set()
    while left := set(_children()):
        is_late = time.monotonic() > deadline
        for pid in left - (set() if is_late else asked):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if is_late else signal.SIGTERM)
        asked |= left
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(_PAUSE_SECONDS)


def _children() -> Iterator[int]:
    """The processes under this one, grandchildren only when their parents have gone."""
    return map(int, _OWN_CHILDREN.read_text("ascii").split())


if __name__ == "__main__":
    sys.exit(main())

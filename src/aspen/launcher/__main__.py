"""`python -m aspen.launcher`: started by the first command that needs the service. Says one line, then works on.

With `--data` it is the one launcher of that data home; without, it serves a single command (`aspen --alone`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from aspen.core.errors import AspenError, NotWritable, error_to_json
from aspen.launcher.launcher import Launcher, Post
from aspen.launcher.lock import take_lock

_SOCKET_NAME = "aspen.sock"
_PAGE_SOCKET_NAME = "page.sock"
_GATE_PAGE_SOCKET_NAME = "gate-page.sock"
_GATE_SOCKET_NAME = "gate.sock"
_BACKLOG = 128
_FIRST_FOREIGN_DESCRIPTOR = 3


def main() -> int:
    # A command may hold more than its standard streams, such as a pipe of a shell that waits for its end.
    os.closerange(_FIRST_FOREIGN_DESCRIPTOR, os.sysconf("SC_OPEN_MAX"))
    options = _parse()
    lock: int | None = None
    if options.data is not None:
        try:
            lock = take_lock(options.data, options.runtime)
        except OSError as error:
            _say("failed", NotWritable(f"{options.data} cannot be locked: {error.strerror}."))
            return 1
        if lock is None:
            _say("busy")
            return 0
    os.umask(0o077)
    post = Post(
        runtime=options.runtime,
        gate_listener=_listen(options.runtime, _GATE_SOCKET_NAME),
        gate_page_listener=_listen(options.runtime, _GATE_PAGE_SOCKET_NAME),
        page_listener=_listen(options.runtime, _PAGE_SOCKET_NAME),
        listener=_listen(options.runtime, _SOCKET_NAME),
        while_connected=options.while_connected,
    )
    try:
        asyncio.run(_serve(post))
    finally:
        # The lock last: without it, the names could be those of the next launcher's sockets.
        for name in (_GATE_SOCKET_NAME, _GATE_PAGE_SOCKET_NAME, _PAGE_SOCKET_NAME, _SOCKET_NAME):
            with suppress(FileNotFoundError):
                (options.runtime / name).unlink()
        if lock is not None:
            os.close(lock)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aspen.launcher")
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--while-connected", action="store_true")
    return parser.parse_args()


def _listen(runtime: Path, name: str) -> socket.socket:
    """Open a socket, 0600 in a 0700 folder. Whatever lies at its name is left from a dead launcher."""
    os.chdir(runtime)
    with suppress(FileNotFoundError):
        Path(name).unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(name)
    Path(name).chmod(0o600)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


async def _serve(post: Post) -> None:
    launcher = Launcher(post)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, launcher.leave)
    running = asyncio.create_task(launcher.run())
    error = await launcher.said
    was_heard = _say("ready") if error is None else _say("failed", error)
    if post.while_connected and not was_heard:
        launcher.leave()
    await running


def _say(state: str, error: AspenError | None = None) -> bool:
    """Tell the waiting command how the start went, once, and let go of its pipe; False when it does not wait."""
    told = {"state": state, "error": None if error is None else error_to_json(error)}
    try:
        os.write(sys.stdout.fileno(), json.dumps(told).encode() + b"\n")
    except BrokenPipeError:
        return False
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return True


if __name__ == "__main__":
    sys.exit(main())

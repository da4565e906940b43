"""The gate's process: `python -m aspen.egress.gate`. Started by the launcher, which hands it a wire and two listeners.

It gives up its environment and the user's files first, opens its ledger, and only then says that it is ready. With
the launcher it ends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys

from aspen.core.errors import AspenError
from aspen.egress.gate.building import build_parts
from aspen.egress.gate.confine import confine, make_folders
from aspen.egress.gate.environment import keep_only_what_is_needed
from aspen.egress.gate.gate import Gate
from aspen.egress.gate.link import LauncherLink
from aspen.jail.restrictions import die_with_parent
from aspen.settings import read_folders, read_settings_of_people


def main() -> int:
    options = _parse()
    if die_with_parent() == 0 and os.getppid() != options.parent:
        return 1
    keep_only_what_is_needed(os.environ)
    os.umask(0o077)
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, options.link)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, options.listener)
    page_listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, options.page_listener)
    for inherited in (end, listener, page_listener):
        inherited.setblocking(False)
        inherited.set_inheritable(False)
    return asyncio.run(_run(end, listener, page_listener))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aspen.egress.gate")
    for name in ("link", "listener", "page-listener", "parent"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


async def _run(end: socket.socket, listener: socket.socket, page_listener: socket.socket) -> int:
    gate: Gate | None = None
    stopped = asyncio.Event()
    listening: set[asyncio.Task[None]] = set()

    def on_connection(connection: socket.socket) -> None:
        if gate is None:
            connection.close()
        else:
            gate.take_exchange(connection)

    def on_page_listener(further: socket.socket) -> None:
        if gate is None:
            further.close()
        else:
            task = asyncio.create_task(gate.listen_for_pages(further))
            listening.add(task)
            task.add_done_callback(listening.discard)

    link = LauncherLink(end, on_connection, on_page_listener, stopped.set)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        folders = read_folders()
        make_folders(folders)
        walls = confine(folders)
        parts = await build_parts(folders, link, walls, proxy=read_settings_of_people(folders).cloud_proxy)
    except AspenError as error:
        link.say_refused(error)
        link.close()
        return 1
    gate = Gate(parts, folders, stopped, link.open_page_port)
    await gate.listen(listener, page_listener)
    link.say_ready(walls.to_json())
    await stopped.wait()
    await gate.end()
    link.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

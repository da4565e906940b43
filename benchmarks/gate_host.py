"""A launcher that starts a gate and nothing else, as a process of its own: `gate_in(folder)` starts it and reaches it.

The other end is the core's own code, so that a benchmark goes the way that a request goes: core, launcher, gate.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.channel.address import GATE_PAGE_SOCKET_NAME, GATE_SOCKET_NAME
from aspen.channel.client import open_gate_session
from aspen.core.errors import AspenError, error_to_json
from aspen.launcher.gate_process import GateProcess
from aspen.launcher.link import Link, Packet, link_pair
from aspen.service.launcher_link import LauncherLink
from aspen.settings import Folders, read_folders

_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedGate:
    """A gate that runs. `link` is the core's way to it, `launcher_pid` the process in between."""

    link: LauncherLink
    launcher_pid: int
    runtime: Path
    folders: Folders

    def person(self, verb: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """Give the gate a person's command."""
        with open_gate_session(self.runtime) as session:
            return session.call(verb, arguments)

    async def pid(self) -> int:
        """The gate's process, started if need be."""
        (await self.link.connect_gate()).close()
        return cast("int", (await self.link.call("prove_gate", {}))["pid"])


@asynccontextmanager
async def gate_in(root: Path) -> AsyncGenerator[HostedGate]:
    """Have a gate at hand, with everything of its own beneath `root`, and no keyring; end it afterwards."""
    runtime = root / "run"
    runtime.mkdir(mode=0o700, parents=True)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment = {**kept, "HOME": str(root), "ASPEN_HOME": str(root / "aspen")}
    ours, theirs = link_pair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.gate_host", str(theirs.fileno()), str(runtime)),
            pass_fds=(theirs.fileno(),),
            env=environment,
        )
    link = LauncherLink(ours, lambda _: None, lambda: None)
    try:
        yield HostedGate(link=link, launcher_pid=process.pid, runtime=runtime, folders=read_folders(environment))
    finally:
        process.terminate()
        await process.wait()


class _Host:
    """The two verbs that a core needs for the gate."""

    def __init__(self, end: socket.socket, listener: socket.socket, page_listener: socket.socket) -> None:
        self.over = asyncio.Event()
        self.gate = GateProcess(listener, page_listener)
        self._link = Link(end, self._on_packet, self.over.set)
        self._work: set[asyncio.Task[None]] = set()

    def _on_packet(self, packet: Packet, _descriptor: int | None) -> None:
        task = asyncio.ensure_future(self._answer(packet))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _answer(self, packet: Packet) -> None:
        try:
            told: Packet = {"result": await self._run(packet)}
        except AspenError as error:
            told = {"error": error_to_json(error)}
        self._link.send({"reply": packet["id"], **told})

    async def _run(self, packet: Packet) -> Packet:
        if packet["verb"] == "connect_gate":
            connection = await self.gate.connect()
            with connection:
                self._link.send({"notice": "connection", "request": packet["id"]}, connection.fileno())
        return {"pid": self.gate.pid}


async def _serve(end: socket.socket, listener: socket.socket, page_listener: socket.socket) -> None:
    host = _Host(end, listener, page_listener)
    await host.over.wait()
    await host.gate.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("link", type=int)
    parser.add_argument("runtime", type=Path)
    options = parser.parse_args()
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, options.link)
    end.setblocking(False)
    end.set_inheritable(False)
    os.chdir(options.runtime)
    with _listener(GATE_SOCKET_NAME) as listener, _listener(GATE_PAGE_SOCKET_NAME) as page_listener:
        asyncio.run(_serve(end, listener, page_listener))


def _listener(name: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(name)
    listener.listen()
    listener.setblocking(False)
    return listener


if __name__ == "__main__":
    main()

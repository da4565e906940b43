"""How the window's keeper starts its two children and talks with them: descriptors travel on the channel of each."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.core.errors import Failed, NotSealed

Json = Mapping[str, object]

_LARGEST_PACKET_BYTES = 1 << 16
_START_SECONDS = 20.0
_END_SECONDS = 8.0
_FOR_THE_FORWARDER = ("PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A started module, and this end of its channel."""

    process: asyncio.subprocess.Process
    channel: socket.socket

    async def end(self) -> int:
        """Let go of it, which it understands, and return its exit status; kill it when it does not end."""
        self.channel.close()
        try:
            return await asyncio.wait_for(self.process.wait(), _END_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            return await self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The process in the window's network. `hidden` are the folders that are empty there."""

    child: Child
    listeners: tuple[socket.socket, ...]
    hidden: tuple[str, ...]

    def run(self, command: Sequence[str]) -> None:
        """Have it start a program there."""
        with suppress(OSError):  # it has just ended, which its end tells
            self.child.channel.send(json.dumps(list(command)).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """The process that copies bytes. `told` is how it is sealed, and what it tried."""

    child: Child
    told: Json

    def hand_over(self, one: socket.socket, other: socket.socket) -> bool:
        """Give it a pair of connections; False when it cannot take them. Both are closed here either way."""
        with one, other:
            try:
                socket.send_fds(self.child.channel, [b"\0"], [one.fileno(), other.fileno()])
            except OSError:
                return False
        return True


async def start_inside(ports: Iterable[int], hidden: Iterable[Path], environment: Mapping[str, str]) -> Inside:
    """Start it, and take over its listeners. `environment` is for the browser.

    Raises NotSealed where this system gives no network of its own, Failed when it does not start.
    """
    ports = tuple(ports)
    words = ("--ports", *map(str, ports), "--hide", *map(str, hidden))
    child = await _start("aspen.window.inside", words, environment)
    told, descriptors = await _first_packet(child, len(ports))
    if refused := told.get("refused"):
        await child.end()
        raise NotSealed(
            f"This system refuses a program a network of its own ({refused}), so the window cannot be sealed.",
            hint="Containers and hardened kernels do that. `aspen open --tab` uses your own browser.",
        )
    listeners = tuple(socket.socket(fileno=number) for number in descriptors)
    for each in listeners:
        each.setblocking(False)
    return Inside(child=child, listeners=listeners, hidden=tuple(cast("list[str]", told["hidden"])))


async def start_forwarder() -> Forwarder:
    """Start it, and hear how it is sealed.

    Raises NotSealed when it is not, or found a way out; Failed when it does not start.
    """
    environment = {name: os.environ[name] for name in _FOR_THE_FORWARDER if name in os.environ}
    child = await _start("aspen.window.forwarder", (), environment)
    told, _ = await _first_packet(child, 0)
    if found := gaps_of_forwarder(told):
        await child.end()
        raise NotSealed(f"The window's forwarder is not sealed: {', '.join(found)}.", hint="`aspen open --tab`")
    return Forwarder(child=child, told=told)


def gaps_of_forwarder(told: Json) -> tuple[str, ...]:
    """Return what a forwarder that told this could do, and must not."""
    probes = cast("list[Json]", told.get("probes", []))
    return tuple(f"{probe['name']} ({probe['detail']})" for probe in probes if probe["blocked"] is not True)


async def _start(module: str, words: Iterable[str], environment: Mapping[str, str]) -> Child:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    with theirs:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module, "--channel", str(theirs.fileno()), "--parent", str(os.getpid())),
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            env=environment,
        )
    return Child(process=process, channel=ours)


async def _first_packet(child: Child, most_descriptors: int) -> tuple[Json, list[int]]:
    """Wait for the first thing that a child says. Raises Failed when it ends or says nothing."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(child.channel, readable.set)
    packet, descriptors = b"", list[int]()
    try:
        await asyncio.wait_for(readable.wait(), _START_SECONDS)
        packet, descriptors, _, _ = socket.recv_fds(child.channel, _LARGEST_PACKET_BYTES, most_descriptors)
    except (TimeoutError, ConnectionError):
        pass
    finally:
        loop.remove_reader(child.channel)
    if not packet:
        code = await child.end()
        raise Failed(f"A process of the window did not start (exit status {code}).", hint="`aspen doctor`")
    return cast("Json", json.loads(packet)), descriptors

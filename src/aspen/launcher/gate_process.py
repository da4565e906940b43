"""The gate as the launcher sees it: started when somebody first needs it, handed connected sockets, started anew.

Two sides need it: the core, which asks for a connection, and a person, who connects to `gate.sock`. The launcher holds
that listener so that nobody waits in vain while the gate starts. Never reads what passes between them.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from typing import cast

from aspen.core.errors import AspenError, GateUnreachable, error_from_json, error_to_json
from aspen.launcher.link import Link, Packet, link_pair
from aspen.launcher.practice_process import PracticeProcess

GATE_MODULE = "aspen.egress.gate"
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "ASPEN_HOME")
_FOR_THE_KEYRING = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP")
_FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
_START_TIMEOUT_SECONDS = 30.0
_MOST_STARTS = 5
_STARTS_WINDOW_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0
_LONGEST_COMMAND_BYTES = 1 << 20


class GateProcess:
    """One gate at a time. `listener` is where persons connect; it stays open across restarts."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._process: asyncio.subprocess.Process | None = None
        self._link: Link | None = None
        self._starting: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[AspenError | None] = self._loop.create_future()
        self._practice = PracticeProcess()
        self._work: set[asyncio.Task[None]] = set()
        self._starts: list[float] = []
        self._is_over = False
        self.confinement: object = None
        self._loop.add_reader(listener.fileno(), self._someone_waits)

    @property
    def pid(self) -> int | None:
        """The gate's process; None while none runs."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def connect(self) -> socket.socket:
        """Return the core's end of a new connection to the gate, which is started if need be.

        Raises what keeps the gate from starting, such as BadRule, else GateUnreachable.
        """
        await self._start_once()
        assert self._link is not None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._link.send({"notice": "connection"}, theirs.fileno())
        return ours

    async def end(self) -> None:
        """End the gate and the practice provider, for good."""
        self._is_over = True
        self._loop.remove_reader(self._listener.fileno())
        if self._starting is not None:
            self._starting.cancel()
        for task in self._work:
            task.cancel()
        await self._practice.end()
        if self._process is not None:
            _kill(self._process)
            await self._process.wait()

    async def _start_once(self) -> None:
        if self.pid is not None and self._starting is None:
            return
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        starting = self._starting
        try:
            await asyncio.shield(starting)
        finally:
            if starting.done() and self._starting is starting:
                self._starting = None

    async def _start(self) -> None:
        """Start a gate and wait until it is confined and has read its ledger."""
        self._loop.remove_reader(self._listener.fileno())
        self._starts = [start for start in self._starts if time.monotonic() - start < _STARTS_WINDOW_SECONDS]
        if len(self._starts) >= _MOST_STARTS:
            raise self._refused(GateUnreachable("The gate ended too often and is not started again now."))
        self._starts.append(time.monotonic())
        self._ready = self._loop.create_future()
        ours, theirs = link_pair()
        with theirs:
            self._process = await _spawn(theirs.fileno(), self._listener.fileno())
        self._link = Link(ours, self._on_packet, self._on_link_closed)
        self._do(self._watch(self._process, self._link))
        try:
            error = await asyncio.wait_for(self._ready, _START_TIMEOUT_SECONDS)
        except TimeoutError:
            error = GateUnreachable("The gate did not start in time.")
        if error is not None:
            _kill(self._process)
            raise self._refused(error)

    def _refused(self, error: AspenError) -> AspenError:
        """Whoever waits at the listener hears it too: nobody else will accept them."""
        for connection in _waiting(self._listener):
            self._do(_tell(connection, error))
        return error

    async def _watch(self, process: asyncio.subprocess.Process, link: Link) -> None:
        status = await process.wait()
        link.close()
        if not self._ready.done():
            self._ready.set_result(GateUnreachable(f"The gate ended while it started (status {status})."))
        if not self._is_over:
            _log(f"the gate ended (status {status})")
            self._loop.add_reader(self._listener.fileno(), self._someone_waits)

    def _someone_waits(self) -> None:
        """A person has connected while no gate runs."""
        self._loop.remove_reader(self._listener.fileno())
        self._do(self._start_for_person())

    async def _start_for_person(self) -> None:
        with suppress(AspenError):  # the person has been told
            await self._start_once()

    def _on_packet(self, packet: Packet, _descriptor: int | None) -> None:
        match packet:
            case {"notice": "ready"}:
                self.confinement = packet.get("confinement")
                self._say_ready(None)
            case {"notice": "refused"}:
                self._say_ready(error_from_json(cast("Mapping[str, object]", packet["error"])))
            case {"verb": "start_practice", "id": int() as number}:
                self._do(self._start_practice(number))
            case _:
                pass

    def _say_ready(self, error: AspenError | None) -> None:
        if not self._ready.done():
            self._ready.set_result(error)

    def _on_link_closed(self) -> None:
        """The process ends, or has ended: `_watch` sees to it."""
        if self._process is not None:
            _kill(self._process)

    async def _start_practice(self, number: int) -> None:
        assert self._link is not None
        link = self._link
        try:
            told: Packet = {"result": await self._practice.start()}
        except AspenError as error:
            told = {"error": error_to_json(error)}
        link.send({"reply": number, **told})

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


async def _spawn(link: int, listener: int) -> asyncio.subprocess.Process:
    kept = (*_KEPT_VARIABLES, *_FOR_THE_KEYRING, *_FOLDERS)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", GATE_MODULE, "--parent", str(os.getpid())),
            *("--link", str(link), "--listener", str(listener)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(link, listener),
            cwd="/",
            env={name: os.environ[name] for name in kept if name in os.environ},
        )
    except OSError as error:
        raise GateUnreachable(f"The gate could not be started: {error.strerror}.") from error


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _waiting(listener: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        yield connection


async def _tell(connection: socket.socket, error: AspenError) -> None:
    """Greet, hear the command, and answer it with the error, in the form of the command channel.

    To answer before the command has come would reset the connection, and the answer would be lost.
    """
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=_LONGEST_COMMAND_BYTES)
    try:
        writer.write(b"{}\n")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await reader.readline()
        writer.write(json.dumps({"error": error_to_json(error)}).encode() + b"\n")
        await writer.drain()
    except (TimeoutError, ConnectionError, ValueError):
        pass  # they left, or said nothing
    finally:
        writer.close()


def _log(sentence: str) -> None:
    print(f"aspen: {sentence}", file=sys.stderr, flush=True)

"""The gate as the launcher sees it: started when somebody first needs it, handed connected sockets, started anew.

Two sides need it: the core, which asks for a connection, and a person, who connects to `gate.sock` or, with a browser,
to the gate's own pages. The launcher holds those listeners so that nobody waits in vain while the gate starts, and so
that a page's port outlives the gate. Never reads what passes between them.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import cast

from aspen.core.errors import AspenError, GateUnreachable, error_from_json, error_to_json
from aspen.launcher.children import kill
from aspen.launcher.link import Link, Packet, link_pair
from aspen.launcher.practice_process import PracticeProcess

GATE_MODULE = "aspen.egress.gate"
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "ASPEN_HOME", "ASPEN_CLOUD_PROXY")
_FOR_THE_KEYRING = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP")
_FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
_START_TIMEOUT_SECONDS = 30.0
_MOST_STARTS = 5
_STARTS_WINDOW_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0
_ENDING_SECONDS = 2.0
_LONGEST_COMMAND_BYTES = 1 << 20
_BACKLOG = 128

Ready = asyncio.Future[AspenError | None]
"""Resolves once a gate has started, with what kept it from starting if anything did."""


class GateProcess:
    """One gate at a time. `listener` is where persons' commands connect, `page_listener` where their window does; both
    stay open across restarts, and so does the port that a browser's tab wants.
    """

    def __init__(self, listener: socket.socket, page_listener: socket.socket) -> None:
        self._listener = listener
        self._page_listener = page_listener
        self._page_port: socket.socket | None = None
        self._loop = asyncio.get_running_loop()
        self._process: asyncio.subprocess.Process | None = None
        self._link: Link | None = None
        self._starting: asyncio.Task[None] | None = None
        self._ready: Ready = self._loop.create_future()
        self._practice = PracticeProcess()
        self._work: set[asyncio.Task[None]] = set()
        self._starts: list[float] = []
        self._is_over = False
        self.confinement: object = None
        self._wait_for_someone()

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
        """End the gate and the practice provider, for good: whoever asks for a connection from now on gets none."""
        self._is_over = True
        self._stop_waiting()
        if self._starting is not None:
            self._starting.cancel()
        for task in self._work:
            task.cancel()
        await self._practice.end()
        if self._process is not None:
            await _end_in_order(self._process)

    async def _start_once(self) -> None:
        """Whoever comes while a gate starts waits for the same one."""
        if self._starting is None or (self._starting.done() and self.pid is None):
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        """Start a gate and wait until it is confined and has read its ledger."""
        self._stop_waiting()
        try:
            process, link = await self._spawn()
        except GateUnreachable as error:
            self._tell_all(error)
            self._wait_for_someone()
            raise
        self._process, self._link, ready = process, link, self._loop.create_future()
        self._ready = ready
        self._do(self._watch(process, link, ready))
        try:
            error = await asyncio.wait_for(ready, _START_TIMEOUT_SECONDS)
        except TimeoutError:
            error = GateUnreachable("The gate did not start in time.")
        if error is not None:
            kill(process)
            self._tell_all(error)
            raise error

    async def _spawn(self) -> tuple[asyncio.subprocess.Process, Link]:
        """Raises GateUnreachable where no gate is to be started any more, or none now."""
        if self._is_over:
            raise GateUnreachable("Aspen's service ends.", hint="Ask again: it will be started anew.")
        self._starts = [start for start in self._starts if time.monotonic() - start < _STARTS_WINDOW_SECONDS]
        if len(self._starts) >= _MOST_STARTS:
            raise GateUnreachable("The gate ended too often and is not started again now.")
        self._starts.append(time.monotonic())
        ours, theirs = link_pair()
        with theirs:
            try:
                process = await _spawn(theirs.fileno(), self._listener.fileno(), self._page_listener.fileno())
            except BaseException:
                ours.close()
                raise
        return process, Link(ours, self._on_packet, partial(kill, process))

    def _tell_all(self, error: AspenError) -> None:
        """Whoever waits at the listener hears it too: nobody else will accept them."""
        for connection in _waiting(self._listener):
            self._do(_tell(connection, error))
        for listener in self._page_listeners:
            for connection in _waiting(listener):
                connection.close()

    async def _watch(self, process: asyncio.subprocess.Process, link: Link, ready: Ready) -> None:
        status = await process.wait()
        link.close()
        if not ready.done():
            ready.set_result(GateUnreachable(f"The gate ended while it started (status {status})."))
        if not self._is_over:
            _log(f"the gate ended (status {status})")
            self._wait_for_someone()

    def _wait_for_someone(self) -> None:
        if not self._is_over:
            for listener in (self._listener, *self._page_listeners):
                self._loop.add_reader(listener.fileno(), self._someone_waits)

    def _stop_waiting(self) -> None:
        for listener in (self._listener, *self._page_listeners):
            self._loop.remove_reader(listener.fileno())

    @property
    def _page_listeners(self) -> tuple[socket.socket, ...]:
        return (self._page_listener,) if self._page_port is None else (self._page_listener, self._page_port)

    def _someone_waits(self) -> None:
        """A person has connected while no gate runs."""
        self._stop_waiting()
        self._do(self._start_for_person())

    async def _start_for_person(self) -> None:
        with suppress(AspenError):  # the person has been told
            await self._start_once()

    def _on_packet(self, packet: Packet, _descriptor: int | None) -> None:
        match packet:
            case {"notice": "ready"}:
                self.confinement = packet.get("confinement")
                self._hand_over_page_port()
                self._say_ready(None)
            case {"notice": "refused"}:
                self._say_ready(error_from_json(cast("Mapping[str, object]", packet["error"])))
            case {"verb": "start_practice", "id": int() as number}:
                self._do(self._start_practice(number))
            case {"verb": "open_page_port", "id": int() as number}:
                self._open_page_port(number)
            case _:
                pass

    def _say_ready(self, error: AspenError | None) -> None:
        if not self._ready.done():
            self._ready.set_result(error)

    async def _start_practice(self, number: int) -> None:
        assert self._link is not None
        link = self._link
        try:
            told: Packet = {"result": await self._practice.start()}
        except AspenError as error:
            told = {"error": error_to_json(error)}
        link.send({"reply": number, **told})

    def _open_page_port(self, number: int) -> None:
        """Open a port of loopback for the gate's pages, once; the gate gets the listener before the reply."""
        assert self._link is not None
        try:
            if self._page_port is None:
                self._page_port = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
                self._page_port.setblocking(False)
        except OSError as error:
            refused = GateUnreachable(f"No port could be opened for the gate's pages: {error.strerror}.")
            self._link.send({"reply": number, "error": error_to_json(refused)})
            return
        self._hand_over_page_port()
        self._link.send({"reply": number, "result": {}})

    def _hand_over_page_port(self) -> None:
        if self._page_port is not None and self._link is not None:
            self._link.send({"notice": "page_listener"}, self._page_port.fileno())

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


async def _spawn(link: int, listener: int, page_listener: int) -> asyncio.subprocess.Process:
    kept = (*_KEPT_VARIABLES, *_FOR_THE_KEYRING, *_FOLDERS)
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", GATE_MODULE, "--parent", str(os.getpid())),
            *("--link", str(link), "--listener", str(listener), "--page-listener", str(page_listener)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(link, listener, page_listener),
            cwd="/",
            env={name: os.environ[name] for name in kept if name in os.environ},
        )
    except OSError as error:
        raise GateUnreachable(f"The gate could not be started: {error.strerror}.") from error


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


async def _end_in_order(process: asyncio.subprocess.Process) -> None:
    """Let the gate record what it interrupts and anchor its ledger; one that takes too long is killed."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _ENDING_SECONDS)
    kill(process)
    await process.wait()

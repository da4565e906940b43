"""The core's end of the wire to the launcher: the only way a descriptor comes in, and the only place to ask for one."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from itertools import count
from pathlib import Path
from typing import cast

from aspen.core.engine_spec import EngineSpec, spec_to_json
from aspen.core.errors import EngineStopped, GateUnreachable, ServiceUnreachable, StoreDamaged, error_from_json
from aspen.core.isolation import JailLevel, JailReport, report_from_json
from aspen.launcher.link import Link, Packet
from aspen.local.engine_host import OnProgress, StartedEngine
from aspen.readers.reader_client import ProvenReader

Json = Mapping[str, object]


class LauncherLink:
    """Implements `workspace.Host`: has engines, readers, the gate, the vault and tasks started, by the launcher."""

    def __init__(
        self, end: socket.socket, on_engine_ended: Callable[[str], None], on_close: Callable[[], None]
    ) -> None:
        self._link = Link(end, self._on_packet, on_close)
        self._on_engine_ended = on_engine_ended
        self._ids = count(1)
        self._replies: dict[int, asyncio.Future[Packet]] = {}
        self._connections: dict[int, socket.socket] = {}
        self._loading: dict[str, OnProgress] = {}
        self._task_events: dict[str, asyncio.Queue[Packet]] = {}

    async def call(self, verb: str, arguments: Json) -> Packet:
        """Ask the launcher and wait for its reply.

        Raises the AspenError that it replies with.
        """
        number = next(self._ids)
        return await self._call(number, verb, arguments)

    async def start(self, engine_id: str, spec: EngineSpec, on_progress: OnProgress) -> StartedEngine:
        """Start an engine; see `EngineHost`."""
        self._loading[engine_id] = on_progress
        try:
            told = await self.call("start_engine", {"engine_id": engine_id, "spec": spec_to_json(spec)})
        finally:
            del self._loading[engine_id]
        return StartedEngine(
            engine_id=engine_id,
            pid=cast("int", told["pid"]),
            api_key=str(told["api_key"]),
            report=report_from_json(cast("Json", told["jail"])),
            best_level=JailLevel[str(told["best_level"])],
        )

    async def connect(self, engine_id: str) -> socket.socket:
        """Return a socket that the launcher has connected to the engine."""
        connection = await self._be_handed("connect_engine", {"engine_id": engine_id})
        if connection is None:
            raise EngineStopped("The engine has ended.", hint="Ask again: it will be started anew.")
        return connection

    async def connect_gate(self) -> socket.socket:
        """Return a socket that the launcher has connected to the gate, which it starts if need be.

        Raises what keeps the gate from starting, such as BadRule, else GateUnreachable.
        """
        connection = await self._be_handed("connect_gate", {})
        if connection is None:
            raise GateUnreachable("The gate has ended.", hint="Ask again: it will be started anew.")
        return connection

    async def open_page_listener(self) -> socket.socket:
        """Return a listener on a loopback port, for a browser that a person has asked for."""
        listener = await self._be_handed("open_page_listener", {})
        if listener is None:
            raise ServiceUnreachable("No port could be opened for the browser.", hint="Try again.")
        return listener

    async def ask_vault(self, wanted: str, folder: Path) -> Packet:
        """Have the system's keyring asked for a secret; `key_hex` is None where there is no keyring.

        Raises the AspenError that the vault ends with.
        """
        connection = await self._be_handed("ask_vault", {"wanted": wanted, "folder": str(folder)})
        if connection is None:
            raise StoreDamaged("The keyring could not be asked.", hint="See the log.")
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        try:
            line = await reader.readline()
        finally:
            writer.close()
        if not line:
            raise StoreDamaged("The keyring's process ended without a word.", hint="See the log, and try again.")
        told: Packet = json.loads(line)
        if told.get("event") != "done":
            raise error_from_json(told)
        return told

    async def connect_reader(self, kind: str) -> socket.socket:
        """Have a reader started anew; see `ReaderHost`."""
        connection = await self._be_handed("connect_reader", {"kind": kind})
        if connection is None:
            raise EngineStopped("The reader has ended.", hint="Ask again: it will be started anew.")
        return connection

    async def prove_reader(self, kind: str) -> ProvenReader:
        """Have the reader checked again, now; see `ReaderHost`."""
        told = await self.call("prove_reader", {"kind": kind})
        return ProvenReader(
            pid=cast("int", told["pid"]),
            report=report_from_json(cast("Json", told["jail"])),
            best_level=JailLevel[str(told["best_level"])],
        )

    async def stop_reader(self, kind: str) -> None:
        """End a reader."""
        await self.call("stop_reader", {"kind": kind})

    async def _be_handed(self, verb: str, arguments: Json) -> socket.socket | None:
        """Ask for a connected socket, which comes ahead of the reply."""
        number = next(self._ids)
        try:
            await self._call(number, verb, arguments)
        except BaseException:
            if (unwanted := self._connections.pop(number, None)) is not None:
                unwanted.close()
            raise
        return self._connections.pop(number, None)

    async def prove(self, engine_id: str) -> JailReport:
        """Have the engine's threads checked again, now."""
        return report_from_json(await self.call("prove_engine", {"engine_id": engine_id}))

    async def stop(self, engine_id: str) -> None:
        """End an engine."""
        await self.call("stop_engine", {"engine_id": engine_id})

    async def run_task(self, kind: str, task: Json) -> AsyncGenerator[Packet]:
        """Run a task process and yield its events; closing the generator kills it.

        Raises the AspenError that the task ends with.
        """
        task_id = str(next(self._ids))
        events: asyncio.Queue[Packet] = asyncio.Queue()
        self._task_events[task_id] = events
        running = asyncio.create_task(self.call("start_task", {"task_id": task_id, "kind": kind, "task": dict(task)}))
        running.add_done_callback(lambda _: events.put_nowait({"event": "over"}))
        try:
            while (event := await events.get())["event"] != "over":
                if event["event"] == "error":
                    raise error_from_json(event)
                yield event
            await running
        finally:
            del self._task_events[task_id]
            if not running.done():
                await self.call("cancel_task", {"task_id": task_id})

    async def _call(self, number: int, verb: str, arguments: Json) -> Packet:
        reply: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        self._link.send({"id": number, "verb": verb, **arguments})
        try:
            told = await reply
        finally:
            del self._replies[number]
        if isinstance(error := told.get("error"), dict):
            raise error_from_json(cast("Json", error))
        return cast("Packet", told["result"])

    def _on_packet(self, packet: Packet, descriptor: int | None) -> None:
        match packet:
            case {"reply": int() as number}:
                if (reply := self._replies.get(number)) and not reply.done():
                    reply.set_result(packet)
            case {"notice": "connection", "request": int() as number} if descriptor is not None:
                # The kind is told, not asked of the kernel: the seal leaves fewer calls that way.
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, descriptor)
                if number in self._replies:
                    self._connections[number] = connection
                else:  # whoever asked for it was cancelled meanwhile
                    connection.close()
            case {"notice": "loading", "engine_id": str() as engine_id, "done": int() as done, "total": int() as total}:
                if on_progress := self._loading.get(engine_id):
                    on_progress(done, total)
            case {"notice": "engine_ended", "engine_id": str() as engine_id}:
                self._on_engine_ended(engine_id)
            case {"notice": "task", "task_id": str() as task_id}:
                if events := self._task_events.get(task_id):
                    events.put_nowait(cast("Packet", packet["event"]))
            case _:
                pass

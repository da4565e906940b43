"""The running gate: the core's exchanges on one side, persons' commands on the other."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict

from aspen.core.errors import AirplaneMode, Interrupted, Misused
from aspen.egress.gate.arguments import Json, flag_or_none
from aspen.egress.gate.exchange import Exchange
from aspen.egress.gate.frames import FrameStream
from aspen.egress.gate.pages import OpenPort, Pages
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.person_socket import Frames, PersonSocket
from aspen.egress.gate.person_verbs import VERBS
from aspen.egress.gate.probes import try_to_break_out
from aspen.egress.gate.status import status_of
from aspen.settings import Folders

_SCHEMA = 1
_OwnVerb = Callable[[Json], Frames]


class Gate:
    """Lives until `stopped` is set, by a person's `stop`, a signal or the launcher's end."""

    def __init__(self, parts: Parts, folders: Folders, stopped: asyncio.Event, open_port: OpenPort) -> None:
        self._parts = parts
        self._folders = folders
        self._stopped = stopped
        self._exchanges: dict[asyncio.Task[None], Exchange] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._persons = PersonSocket(self._run)
        self._pages = Pages(self._run, folders.gate, open_port)
        self._server: asyncio.Server | None = None

    async def listen(self, listener: socket.socket, page_listener: socket.socket) -> None:
        """Begin to hear persons, at the socket of their commands and at that of the pages."""
        self._server = await self._persons.listen(listener)
        await self._pages.listen(page_listener)

    async def listen_for_pages(self, listener: socket.socket) -> None:
        """Serve the pages on one more listener."""
        await self._pages.listen(listener)

    def take_exchange(self, connection: socket.socket) -> None:
        """Serve a socket that speaks for the core."""
        task = asyncio.create_task(self._open(connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def end(self) -> None:
        """Cancel everything; what was under way is recorded as interrupted."""
        if self._server is not None:
            self._server.close()
        for task in (*self._opening, *self._exchanges):
            task.cancel()
        await asyncio.gather(*self._opening, *self._exchanges, return_exceptions=True)
        await self._persons.close()
        await self._pages.close()
        await self._parts.records.desk.close()

    async def _open(self, connection: socket.socket) -> None:
        exchange = Exchange(self._parts, await FrameStream.over(connection))
        task = asyncio.create_task(exchange.run())
        self._exchanges[task] = exchange
        task.add_done_callback(self._exchanges.pop)

    # What persons may say. No core, engine or reader can connect here.

    def _run(self, verb: str, arguments: Json) -> Frames:
        if own := self._own_verbs().get(verb):
            return own(arguments)
        if (known := VERBS.get(verb)) is None:
            raise Misused(f"The gate knows no command {verb!r}.")
        return known(self._parts, arguments)

    def _own_verbs(self) -> Mapping[str, _OwnVerb]:
        return {
            "status": self._status,
            "airplane": self._airplane,
            "prove": self._prove,
            "stop": self._stop,
            "open_page": self._pages.open_page,
        }

    async def _status(self, _arguments: Json) -> Frames:
        yield {"result": {"schema": _SCHEMA, **await status_of(self._parts)}}

    async def _airplane(self, arguments: Json) -> Frames:
        """Say whether it is on, or switch it. Turned on, it ends what is under way."""
        airplane, wanted = self._parts.judging.airplane, flag_or_none(arguments, "on")
        if wanted:
            for exchange in self._exchanges.values():
                exchange.halt(AirplaneMode("Stopped: airplane mode was turned on.", hint="`aspen airplane off`"))
        if wanted is not None:
            airplane.turn(wanted)
        yield {"result": {"schema": _SCHEMA, "airplane": airplane.is_on}}

    async def _prove(self, _arguments: Json) -> Frames:
        """Try, from in here, what the walls should refuse."""
        probes = try_to_break_out(self._folders)
        walls = self._parts.walls.to_json()
        yield {"result": {"schema": _SCHEMA, "confinement": walls, "probes": [asdict(probe) for probe in probes]}}

    async def _stop(self, _arguments: Json) -> Frames:
        try:
            yield {"result": {"schema": _SCHEMA}}
        finally:
            for exchange in self._exchanges.values():
                exchange.halt(Interrupted("The gate was told to end.", hint="Ask again."))
            self._stopped.set()

"""The core's end of one reader: asked in turn and within a time, answers remembered by the hash of the question.

No answer is None, whatever kept it from coming, and the caller must count it as a hit: nobody may take silence for
"nothing found". A reader that failed is stopped, and the next question starts another.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from aspen.core.errors import AspenError
from aspen.core.isolation import JailLevel, JailReport
from aspen.readers.framing import HEADER_BYTES, Json, from_frame, length_of, to_frame
from aspen.readers.kinds import READER_KINDS, is_installed

_MOST_REMEMBERED = 512
_START_SECONDS = 70.0
"""A little more than the launcher gives a reader to load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenReader:
    """A reader's process and what was just proven of it.

    `best_level` is what this system was seen to offer to any jailed process.
    """

    pid: int
    report: JailReport
    best_level: JailLevel


class ReaderHost(Protocol):
    """Who may start readers. The launcher does; tests have a fake."""

    async def connect_reader(self, kind: str) -> socket.socket:
        """Start a reader anew and return the only connection to it."""
        ...

    async def prove_reader(self, kind: str) -> ProvenReader:
        """Have the running reader try every way out, and look at it from outside."""
        ...

    async def stop_reader(self, kind: str) -> None:
        """End the reader; ending one that is gone already is fine."""
        ...


class ReaderClient:
    """Asks the reader of one kind. `least_level` is demanded of it; None demands the best that this system offers."""

    def __init__(self, kind: str, host: ReaderHost, least_level: JailLevel | None) -> None:
        self._kind = kind
        self._row = READER_KINDS[kind]
        self._host = host
        self._least_level = least_level
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._remembered: OrderedDict[bytes, Json] = OrderedDict()

    @property
    def is_installed(self) -> bool:
        """Whether the libraries of this reader are here; nothing is started for those that are not."""
        return is_installed(self._kind)

    @property
    def is_running(self) -> bool:
        """Whether there is a reader that has answered so far."""
        return self._streams is not None

    async def ask(self, question: Json, timeout_seconds: float) -> Json | None:
        """Return the reader's answer, or None when there is none for any reason. The first question starts it."""
        frame = to_frame(question)
        name = hashlib.sha256(frame).digest()
        async with self._turn:
            if (known := self._remembered.get(name)) is not None:
                self._remembered.move_to_end(name)
                return known
            answer = await self._ask(frame, timeout_seconds)
        if answer is not None and self._row.remembers_answers:
            self._remembered[name] = answer
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return answer

    async def start(self) -> None:
        """Have the reader running. Raises AspenError for what keeps it from starting, OSError, TimeoutError."""
        async with self._turn:
            await self._connected()

    async def close(self) -> None:
        """Have the reader ended, if there is one; the next question would start another."""
        async with self._turn:
            if self._streams is not None:
                await self._give_up()

    async def prove(self) -> ProvenReader | None:
        """Prove the running reader again, now; None when none runs.

        Raises AspenError when it cannot be proven.
        """
        async with self._turn:
            return await self._host.prove_reader(self._kind) if self.is_running else None

    async def _ask(self, frame: bytes, timeout_seconds: float) -> Json | None:
        is_answered = False
        try:
            reader, writer = await self._connected()
            async with asyncio.timeout(timeout_seconds):
                writer.write(frame)
                header = await reader.readexactly(HEADER_BYTES)
                answer = from_frame(await reader.readexactly(length_of(header, self._row.largest_frame_bytes)))
            is_answered = True
            return answer
        except (AspenError, OSError, ValueError, EOFError, TimeoutError):
            return None
        finally:
            # Also when whoever asked goes away: what is half said cannot be said again.
            if not is_answered:
                await self._give_up()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return the wire to a reader that is walled in well enough.

        Raises AspenError for one that is not, and what keeps it from starting.
        """
        if self._streams is not None and self._streams[0].at_eof():
            await self._give_up()  # it ended while nobody asked
        if self._streams is not None:
            return self._streams
        async with asyncio.timeout(_START_SECONDS):
            connection = await self._host.connect_reader(self._kind)
            try:
                proven = await self._host.prove_reader(self._kind)
                least = proven.best_level if self._least_level is None else self._least_level
                if proven.report.level < least:
                    raise AspenError(f"The reader is sealed to {proven.report.level.name}, not to {least.name}.")
                self._streams = await asyncio.open_unix_connection(sock=connection)
            except BaseException:
                connection.close()
                raise
        return self._streams

    async def _give_up(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
        with suppress(AspenError):
            await self._host.stop_reader(self._kind)

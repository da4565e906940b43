"""One connected socket that speaks the frames of `core.wire`, on the event loop. Knows nothing of what they say."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import Self

from aspen.core.wire import BadFrame, Head, WireReader, to_wire

_READ_BYTES = 1 << 16
_MOST_UNREAD_FRAMES = 4


class FrameStream:
    """Both directions. `gone` is set as soon as the other side has closed, whoever waits for what."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames: asyncio.Queue[tuple[Head, bytes] | None] = asyncio.Queue(_MOST_UNREAD_FRAMES)
        self.gone = asyncio.Event()
        self._pumping = asyncio.create_task(self._pump())

    @classmethod
    async def over(cls, connection: socket.socket) -> Self:
        """Take over a connected socket."""
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        return cls(reader, writer)

    async def next(self) -> tuple[Head, bytes] | None:
        """Return the next frame; None when the other side has closed or sent something else."""
        if self.gone.is_set() and self._frames.empty():
            return None
        return await self._frames.get()

    async def say(self, head: Mapping[str, object], body: bytes = b"") -> None:
        """Send one frame and wait while the other side is slow.

        Raises ConnectionError when it is gone.
        """
        self._writer.write(to_wire(head, body))
        await self._writer.drain()

    async def close(self) -> None:
        self._pumping.cancel()
        await asyncio.gather(self._pumping, return_exceptions=True)
        self._writer.close()

    async def _pump(self) -> None:
        wire = WireReader()
        try:
            while content := await self._reader.read(_READ_BYTES):
                for frame in wire.feed(content):
                    await self._frames.put(frame)
        except (BadFrame, ConnectionError):
            pass
        self.gone.set()
        if not self._frames.full():
            self._frames.put_nowait(None)

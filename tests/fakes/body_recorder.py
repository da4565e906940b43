"""A TLS provider that notes every byte of every body as it comes, also of requests whose end never comes.

with BodyRecorder(authority=Authority(folder), answer=openai()).in_thread() as recorder:
    ...  # recorder.base_url, recorder.ca_file, recorder.seen
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from fakes.certificates import Authority
from fakes.tls_provider import Answer, Received

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_READ_BYTES = 64 << 10
_BUFFER_BYTES = 64 << 10
_PAUSE_BETWEEN_READS_SECONDS = 0.002


@dataclass(slots=True, kw_only=True)
class SeenBody:
    """What has come of one body so far. `is_answered` from just before the last piece of its answer is written."""

    began_at: datetime
    length_bytes: int
    content: bytearray = field(default_factory=bytearray)
    is_answered: bool = False

    @property
    def is_whole(self) -> bool:
        return len(self.content) == self.length_bytes


@dataclass(slots=True, kw_only=True)
class BodyRecorder:
    """`seen` has every request of whose body at least one byte came.

    Reads a long body slowly and with little room, so that its sender can be caught in the middle of it; answers piece
    by piece, with pauses between.
    """

    authority: Authority
    answer: Answer
    pause_seconds: float = 0.01
    seen: list[SeenBody] = field(default_factory=list[SeenBody])
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> str:
        """The file that a client must trust."""
        return str(self.authority.ca_file)

    @contextmanager
    def in_thread(self) -> Generator[Self]:
        """Serve from a thread with a loop of its own."""
        loop, started, stopped = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(self._serve(started, stopped)), daemon=True)
        thread.start()
        try:
            assert started.wait(10.0)
            yield self
        finally:
            loop.call_soon_threadsafe(stopped.set)
            thread.join(10.0)
            loop.close()

    async def _serve(self, started: threading.Event, stopped: asyncio.Event) -> None:
        conversations: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._converse(reader, writer))
            conversations.add(task)
            task.add_done_callback(conversations.discard)

        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self.port = listener.getsockname()[1]
        server = await asyncio.start_server(accept, sock=listener, ssl=self.authority.server(), limit=_BUFFER_BYTES)
        started.set()
        await stopped.wait()
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                head = await reader.readuntil(b"\r\n\r\n")
                seen = await self._read(reader, head)
                if seen is not None and seen.is_whole:
                    await self._write(writer, head, seen)
        finally:
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader, head: bytes) -> SeenBody | None:
        """Note a body from its first byte on, and return when it has ended or broken off."""
        length = _LENGTH.search(head)
        assert length is not None, "a body without its length"
        seen: SeenBody | None = None
        while seen is None or not seen.is_whole:
            content = await reader.read(_READ_BYTES)
            if not content:
                return seen
            if seen is None:
                seen = SeenBody(began_at=datetime.now(UTC), length_bytes=int(length[1]))
                self.seen.append(seen)
            seen.content += content
            await asyncio.sleep(_PAUSE_BETWEEN_READS_SECONDS)
        return seen

    async def _write(self, writer: asyncio.StreamWriter, head: bytes, seen: SeenBody) -> None:
        reply = self.answer(_received(head, bytes(seen.content)))
        headers = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        framing = f"content-length: {sum(map(len, reply.pieces))}\r\nconnection: close\r\n\r\n"
        writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{headers}{framing}".encode("latin-1"))
        for left, piece in zip(range(len(reply.pieces) - 1, -1, -1), reply.pieces, strict=True):
            seen.is_answered = left == 0
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(self.pause_seconds)
        writer.close()
        await writer.wait_closed()


def _received(head: bytes, body: bytes) -> Received:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = [line.partition(": ") for line in lines if line]
    now = time.monotonic()
    return Received(
        method=method,
        target=target,
        headers=tuple((name.lower(), value) for name, _, value in pairs),
        body=body,
        connection=0,
        first_byte_at=now,
        complete_at=now,
    )

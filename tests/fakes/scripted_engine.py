"""An engine that speaks HTTP on a real Unix socket and answers byte by byte from a script."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(payload: bytes) -> bytes:
    """Frame bytes as one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(payload), payload)


def refusal(status: int, body: Mapping[str, object] | bytes) -> bytes:
    """Write a whole answer with an error status."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"HTTP/1.1 %d Refused\r\nContent-Length: %d\r\n\r\n%s" % (status, len(content), content)


@dataclass(slots=True)
class ScriptedEngine:
    """Sends the pieces one by one, then closes, or waits for the client to leave. Use as a context manager."""

    folder: Path
    pieces: Sequence[bytes]
    waits_at_the_end: bool = False
    asked: list[bytes] = field(default_factory=list[bytes])
    client_left: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._converse, self.folder / "e.sock")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def connect(self) -> socket.socket:
        """What an `EngineClient` calls for each request."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(str(self.folder / "e.sock"))
        return connection

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await _read_request(reader))
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
                # Each piece shall arrive by itself.
                await asyncio.sleep(0.001)
            if self.waits_at_the_end:
                await reader.read()
                self.client_left.set()
        except ConnectionError:
            self.client_left.set()
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return head + await reader.readexactly(int(lengths[0]) if lengths else 0)

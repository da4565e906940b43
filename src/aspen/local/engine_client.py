"""HTTP/1.1 to one engine over a connected Unix socket, one connection a request. Framing by h11, nothing else.

Closing the connection is how a request is cancelled: llama-server notices between two decoded tokens, or between two
batches of a prompt. Does not know what is in a body.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import h11

from aspen.core.errors import EngineStopped

_READ_BYTES = 65536
_HTTP_OK = 200

Connect = Callable[[], Awaitable[socket.socket]]


class EngineRefusal(Exception):
    """A status other than 200. `body` is the engine's `error` object, or empty when it sent none."""

    def __init__(self, status: int, body: Mapping[str, object]) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineClient:
    """Talks to one engine. `connect` yields a socket that is already connected to its listener."""

    connect: Connect
    api_key: str

    async def stream(self, path: str, body: Mapping[str, object]) -> AsyncGenerator[bytes]:
        """Post `body` and yield the answer's bytes as they come.

        Raises EngineRefusal for an error status and EngineStopped when the engine goes away before the end.
        """
        async with self._exchange("POST", path, _to_json(body)) as exchange:
            while (piece := await exchange.piece()) is not None:
                yield piece

    async def post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """Post `body` and return the whole answer, parsed."""
        return json.loads(b"".join([piece async for piece in self.stream(path, body)]))

    async def get(self, path: str) -> object:
        """Get a path and return the whole answer, parsed."""
        async with self._exchange("GET", path, b"") as exchange:
            return json.loads(await exchange.rest())

    @asynccontextmanager
    async def _exchange(self, method: str, path: str, body: bytes) -> AsyncGenerator[_Exchange]:
        reader, writer = await asyncio.open_unix_connection(sock=await self.connect())
        try:
            exchange = _Exchange(reader)
            writer.write(exchange.request(method, path, self.api_key, body))
            await writer.drain()
            await exchange.head()
            yield exchange
        except (ConnectionError, h11.RemoteProtocolError) as error:
            raise EngineStopped(
                "The engine ended in mid-answer.", hint="Ask again: it will be started anew."
            ) from error
        finally:
            writer.transport.abort()


class _Exchange:
    """One request and its response on one connection."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._http = h11.Connection(our_role=h11.CLIENT)

    def request(self, method: str, path: str, api_key: str, body: bytes) -> bytes:
        headers = [
            ("Host", "engine"),
            ("Authorization", f"Bearer {api_key}"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        head = self._http.send(h11.Request(method=method, target=path, headers=headers))
        content = self._http.send(h11.Data(data=body))
        end = self._http.send(h11.EndOfMessage())
        return (head or b"") + (content or b"") + (end or b"")

    async def head(self) -> None:
        event = await self._next()
        if isinstance(event, h11.Response) and event.status_code != _HTTP_OK:
            raise EngineRefusal(event.status_code, _error_of(await self.rest()))

    async def piece(self) -> bytes | None:
        """Return the next bytes of the body, None at its end."""
        event = await self._next()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def rest(self) -> bytes:
        """Return all of the body that is still to come."""
        pieces: list[bytes] = []
        while (piece := await self.piece()) is not None:
            pieces.append(piece)
        return b"".join(pieces)

    async def _next(self) -> h11.Event:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_READ_BYTES))
        if isinstance(event, h11.ConnectionClosed) or not isinstance(event, h11.Event):
            raise h11.RemoteProtocolError("the connection closed before the answer's end")
        return event


def _to_json(body: Mapping[str, object]) -> bytes:
    """Half of a surrogate pair is no text and llama-server refuses it: it becomes a question mark."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _error_of(content: bytes) -> Mapping[str, object]:
    try:
        body: object = json.loads(content)
    except ValueError:
        return {}
    error = cast("Mapping[str, object]", body).get("error") if isinstance(body, dict) else None
    return cast("Mapping[str, object]", error) if isinstance(error, dict) else {}

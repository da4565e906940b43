"""An HTTPS server on this machine that records what reaches it and misbehaves exactly as it is told.

    async with TlsProvider(answer=lambda received: Reply(pieces=(b"hello",)), authority=Authority(tmp_path)) as server:
        ...  # server.base_url, server.ca_file, server.received

`with TlsProvider(…).in_thread() as server` is the same beside code that is not asynchronous.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Self

import h11

from fakes.certificates import Authority

_READ_BYTES = 64 << 10


class Ending(Enum):
    """WHOLE ends as HTTP says; ABRUPT closes in the middle; SILENT says nothing more and keeps the connection."""

    WHOLE = auto()
    ABRUPT = auto()
    SILENT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`delay_seconds` comes before the head, `pause_seconds` before each piece but the first.

    `raw` replaces the whole response by bytes that need not be HTTP; with `is_lengthed` the length stands in front
    instead of chunks. `keeps_alive` answers on and waits for another request on the same connection.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    pieces: tuple[bytes, ...] = ()
    delay_seconds: float = 0.0
    pause_seconds: float = 0.0
    ending: Ending = Ending.WHOLE
    raw: bytes | None = None
    is_lengthed: bool = False
    keeps_alive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came. Names of headers are in lower case, in their order; times are of time.monotonic()."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int
    first_byte_at: float
    complete_at: float

    def header(self, name: str) -> str | None:
        """Return a header's value, None if it did not come."""
        return next((value for key, value in self.headers if key == name), None)


Answer = Callable[[Received], Reply]
Log = Callable[[Received], None]


def _hello(_: Received) -> Reply:
    return Reply(pieces=(b"{}",))


def _forget(_: Received) -> None:
    pass


@dataclass(slots=True)
class TlsProvider:
    """`closed_at` grows by a time whenever a client goes before its answer's end, or without another request.
    `connections` counts finished handshakes.

    `names` are those in the certificate, `days` its remaining life. Without an authority the server speaks in clear.
    With `reads` off it takes connections and looks at nothing that comes.
    """

    authority: Authority | None
    answer: Answer = _hello
    names: tuple[str, ...] = ()
    days: float = 1.0
    host: str = "127.0.0.1"
    port: int = 0
    reads: bool = True
    log: Log = _forget
    received: list[Received] = field(default_factory=list[Received])
    closed_at: list[float] = field(default_factory=list[float])
    connections: int = 0
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'http' if self.authority is None else 'https'}://{self.host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The same: a provider module puts its own path behind it where it has one."""
        return self.origin

    @property
    def ca_file(self) -> str:
        """The file that a client must trust, as `Provider.ca_file` wants it."""
        assert self.authority is not None
        return str(self.authority.ca_file)

    async def __aenter__(self) -> Self:
        context = None if self.authority is None else self.authority.server(*self.names, days=self.days)
        self._server = await asyncio.start_server(self._accept, self.host, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def in_thread(self) -> Generator[Self]:
        """Serve from a thread with a loop of its own."""
        started, loop = threading.Event(), asyncio.new_event_loop()
        stop = asyncio.Event()

        async def serve() -> None:
            async with self:
                started.set()
                await stop.wait()

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
        thread.start()
        try:
            if not started.wait(10.0):
                raise RuntimeError("the fake provider did not start")
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10.0)
            loop.close()

    async def request_came(self) -> None:
        """Wait for the first request. Only within the server's own loop."""
        await asyncio.wait_for(self._came.wait(), 10.0)

    async def client_gone(self) -> float:
        """Wait until a client has gone and return when it went. Only within the server's own loop."""
        await asyncio.wait_for(self._gone.wait(), 10.0)
        return self.closed_at[0]

    def _note_gone(self) -> None:
        self.closed_at.append(time.monotonic())
        self._gone.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        try:
            if not self.reads:
                await asyncio.Event().wait()
            while (received := await _read(reader, number)) is not None:
                self.received.append(received)
                self._came.set()
                self.log(received)
                reply = self.answer(received)
                if not await self._reply(reader, writer, reply):
                    break
            else:
                self._note_gone()
        except (ConnectionError, h11.RemoteProtocolError):
            self._note_gone()
        finally:
            writer.transport.abort()

    async def _reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply) -> bool:
        """Answer, unless the client goes away first. Say whether the connection stays."""
        writing = asyncio.ensure_future(_write(writer, reply))
        # After its request an honest client says no more: whatever is read now is its end.
        leaving = asyncio.ensure_future(reader.read(1) if not reply.keeps_alive else asyncio.Event().wait())
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done() and not writing.done():
                raise ConnectionResetError
            await writing
            return reply.keeps_alive
        finally:
            writing.cancel()
            leaving.cancel()
            await asyncio.gather(writing, leaving, return_exceptions=True)


async def _read(reader: asyncio.StreamReader, number: int) -> Received | None:
    http = h11.Connection(our_role=h11.SERVER, max_incomplete_event_size=1 << 20)
    request: h11.Request | None = None
    body = bytearray()
    first_byte_at = 0.0
    while True:
        event = http.next_event()
        match event:
            case h11.Request():
                request = event
            case h11.Data():
                body += event.data
            case h11.EndOfMessage():
                assert request is not None
                return _received(request, bytes(body), number, first_byte_at)
            case _ if event is h11.NEED_DATA:
                content = await reader.read(_READ_BYTES)
                first_byte_at = first_byte_at or time.monotonic()
                if not content and request is None:
                    return None
                http.receive_data(content)
            case _:
                return None


def _received(request: h11.Request, body: bytes, number: int, first_byte_at: float) -> Received:
    return Received(
        method=request.method.decode(),
        target=request.target.decode(),
        headers=tuple((name.decode(), value.decode("latin-1")) for name, value in request.headers),
        body=body,
        connection=number,
        first_byte_at=first_byte_at,
        complete_at=time.monotonic(),
    )


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    await asyncio.sleep(reply.delay_seconds)
    if reply.raw is not None:
        writer.write(reply.raw)
        await writer.drain()
    else:
        await _write_response(writer, reply)
    if reply.ending is Ending.SILENT:
        await asyncio.Event().wait()
    if not reply.keeps_alive:
        # Lets what was written leave first. After ABRUPT and `raw` HTTP would want another end.
        writer.close()
        await writer.wait_closed()


async def _write_response(writer: asyncio.StreamWriter, reply: Reply) -> None:
    size_bytes = sum(map(len, reply.pieces))
    framing = ("content-length", str(size_bytes)) if reply.is_lengthed else ("transfer-encoding", "chunked")
    staying = ("connection", "keep-alive" if reply.keeps_alive else "close")
    head = "".join(f"{name}: {value}\r\n" for name, value in (*reply.headers, framing, staying))
    writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{head}\r\n".encode("latin-1"))
    for index, piece in enumerate(reply.pieces):
        if index and reply.pause_seconds:
            await writer.drain()
            await asyncio.sleep(reply.pause_seconds)
        is_cut = reply.ending is Ending.ABRUPT and index == len(reply.pieces) - 1
        shown = piece[: len(piece) // 2] if is_cut else piece
        writer.write(shown if reply.is_lengthed else b"%x\r\n%b%b" % (len(piece), shown, b"" if is_cut else b"\r\n"))
    if not reply.is_lengthed and reply.ending is Ending.WHOLE:
        writer.write(b"0\r\n\r\n")
    await writer.drain()

"""A gate at the other end of a real socket: it speaks the protocol from a script, and checks every clearance."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self, cast

from aspen.core.egress import Envelope, envelope_from_json, is_cleared
from aspen.core.wire import Head, WireReader, to_wire

KEY = bytes(range(32))
Frame = tuple[Mapping[str, object], bytes]

SENT: Frame = ({"event": "sent", "sequence": 7, "body_bytes": 2}, b"")
END: Frame = ({"event": "end"}, b"")


def head(status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Frame:
    """Return the frame of a response's head."""
    return {"event": "head", "status": status, "headers": [list(pair) for pair in headers]}, b""


def piece(content: bytes) -> Frame:
    """Return the frame of some bytes of a response."""
    return {"event": "piece"}, content


@dataclass(slots=True, kw_only=True)
class ScriptedGate:
    """Answers each connection with `frames` once it was asked; `hello` may be bytes that are no greeting at all.

    `asked` holds what came first on each connection and `settled` what came after the script; `gone` is set when the
    core has closed. While `waits_at_the_end` is set the connection stays open behind the script.
    """

    frames: Iterable[Frame] = ()
    hello: Mapping[str, object] | bytes | None = None
    waits_at_the_end: bool = False
    tail: bytes = b""
    asked: list[tuple[Head, bytes]] = field(default_factory=list[tuple[Head, bytes]])
    settled: list[Head] = field(default_factory=list[Head])
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list["asyncio.Task[None]"])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def connect(self) -> socket.socket:
        """Return the core's end of a fresh connection."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._tasks.append(asyncio.get_running_loop().create_task(self._serve(ours)))
        return theirs

    def envelope(self) -> Envelope:
        """Return the last envelope that came, once its clearance has been found good."""
        told, body = self.asked[-1]
        envelope = envelope_from_json(cast("Mapping[str, object]", told["envelope"]), body)
        assert is_cleared(envelope, KEY, str(told["clearance"]))
        return envelope

    async def settlement(self) -> Head:
        """Return what the core has said after the end of the script, once everything was read."""
        await self.gone.wait()
        return self.settled[-1]

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        wire = WireReader()
        try:
            writer.write(self._greeting())
            self.asked.append(await _next(reader, wire))
            for told, body in self.frames:
                writer.write(to_wire(told, body))
            writer.write(self.tail)
            await writer.drain()
            if END in tuple(self.frames) or self.waits_at_the_end:
                while content := await reader.read(1 << 16):
                    self.settled += [frame for frame, _ in wire.feed(content)]
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.gone.set()
            writer.transport.abort()

    def _greeting(self) -> bytes:
        if isinstance(self.hello, bytes):
            return self.hello
        told = self.hello or {"clearance_key": KEY.hex(), "policy_version": "v1", "airplane": False, "connected": []}
        return to_wire({"event": "hello", **told})


async def _next(reader: asyncio.StreamReader, wire: WireReader) -> tuple[Head, bytes]:
    while content := await reader.read(1 << 16):
        for frame in wire.feed(content):
            return frame
    raise asyncio.IncompleteReadError(b"", None)

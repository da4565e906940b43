"""A name server that knows a handful of names, and writes down every name that it is asked for (RFC 1035)."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from typing import cast

_HEAD = struct.Struct("!HHHHHH")
_IS_ANSWER_AND_RECURSES, _NO_SUCH_NAME = 0x8180, 3
_ADDRESS, _INTERNET = 1, 1
_SECONDS_TO_LIVE = 0


class Resolver(asyncio.DatagramProtocol):
    """`addresses` are by name; `note` is told each name before it is answered."""

    def __init__(self, addresses: Mapping[str, str], note: Callable[[str], None]) -> None:
        self._addresses = addresses
        self._note = note
        self._transport: asyncio.DatagramTransport | None = None

    async def listen(self, host: str) -> None:
        """Answer on UDP and TCP port 53 from now on."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 53))
        await asyncio.start_server(self._serve, host, 53)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(self.answer(data), addr)

    def answer(self, question: bytes) -> bytes:
        """Return the answer to a question; one that cannot be read is noted as bytes."""
        try:
            number, _flags, _questions, *_ = _HEAD.unpack_from(question)
            name, end = _name_of(question, _HEAD.size)
            kind, _class = struct.unpack_from("!HH", question, end)
        except (struct.error, IndexError, UnicodeDecodeError):
            self._note(f"(unreadable) {question.hex()}")
            return question[:2] + _HEAD.pack(0, _IS_ANSWER_AND_RECURSES | 1, 0, 0, 0, 0)[2:]
        self._note(name)
        asked, address = question[_HEAD.size : end + 4], self._addresses.get(name.lower().rstrip("."))
        if address is None:
            return _HEAD.pack(number, _IS_ANSWER_AND_RECURSES | _NO_SUCH_NAME, 1, 0, 0, 0) + asked
        if kind != _ADDRESS:
            return _HEAD.pack(number, _IS_ANSWER_AND_RECURSES, 1, 0, 0, 0) + asked
        found = struct.pack("!HHHIH", 0xC00C, _ADDRESS, _INTERNET, _SECONDS_TO_LIVE, 4) + socket.inet_aton(address)
        return _HEAD.pack(number, _IS_ANSWER_AND_RECURSES, 1, 1, 0, 0) + asked + found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = self.answer(await reader.readexactly(length))
            writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # somebody looked whether anyone listens
        finally:
            writer.close()


def _name_of(question: bytes, at: int) -> tuple[str, int]:
    labels: list[str] = []
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode("utf-8"))
        at += 1 + length
    return ".".join(labels), at + 1

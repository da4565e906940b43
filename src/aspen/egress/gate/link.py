"""The gate's end of the wire to the launcher: connections of the core come in, and listeners for the gate's own pages.

The gate asks for the practice provider and for a port. JSON packets on a SOCK_SEQPACKET socket, some with one
descriptor attached (unix(7)). The launcher ending is the gate's end too.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import cast

from aspen.core.errors import AspenError, GateUnreachable, error_from_json, error_to_json

Packet = dict[str, object]

_LARGEST_PACKET_BYTES = 1 << 20
_REPLY_TIMEOUT_SECONDS = 30.0


class LauncherLink:
    """On the running event loop. `on_connection` gets each socket that speaks for the core, `on_page_listener` each
    listener for the gate's own pages.
    """

    def __init__(
        self,
        end: socket.socket,
        on_connection: Callable[[socket.socket], None],
        on_page_listener: Callable[[socket.socket], None],
        on_close: Callable[[], None],
    ) -> None:
        self._end = end
        self._on_connection = on_connection
        self._on_page_listener = on_page_listener
        self._on_close = on_close
        self._ids = count(1)
        self._replies: dict[int, asyncio.Future[Packet]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end.fileno(), self._receive)

    def say_ready(self, confinement: Mapping[str, object]) -> None:
        """The gate is up: from now on connections may come."""
        self._send({"notice": "ready", "confinement": dict(confinement)})

    def say_refused(self, error: AspenError) -> None:
        """The gate cannot start, and why."""
        self._send({"notice": "refused", "error": error_to_json(error)})

    async def start_practice(self) -> tuple[int, str]:
        """Have the practice provider run; return its port and its certificate (PEM).

        Raises GateUnreachable when the launcher does not say.
        """
        told = await self._ask("start_practice")
        match told:
            case {"port": int() as port, "certificate_pem": str() as certificate}:
                return port, certificate
            case _:
                raise GateUnreachable("The practice provider did not start.", hint="See the log.")

    async def open_page_port(self) -> object:
        """Have a port of loopback opened for the pages; its listener comes before the answer.

        Raises GateUnreachable when the launcher does not say, NotWritable when it cannot.
        """
        return await self._ask("open_page_port")

    def close(self) -> None:
        if self._end.fileno() != -1:
            self._loop.remove_reader(self._end.fileno())
            self._end.close()

    async def _ask(self, verb: str) -> Packet:
        number = next(self._ids)
        reply: asyncio.Future[Packet] = self._loop.create_future()
        self._replies[number] = reply
        self._send({"id": number, "verb": verb})
        try:
            async with asyncio.timeout(_REPLY_TIMEOUT_SECONDS):
                told = await reply
        except TimeoutError:
            raise GateUnreachable("The launcher did not answer the gate.", hint="See the log.") from None
        finally:
            del self._replies[number]
        if isinstance(error := told.get("error"), dict):
            raise error_from_json(cast("Packet", error))
        result = told.get("result")
        return cast("Packet", result) if isinstance(result, dict) else {}

    def _send(self, packet: Packet) -> None:
        """Packets are few and small: the socket's own buffer holds them. A launcher that is gone is noticed below."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._end.send(json.dumps(packet).encode())

    def _receive(self) -> None:
        try:
            content, descriptors, _flags, _address = socket.recv_fds(self._end, _LARGEST_PACKET_BYTES, 1)
        except BlockingIOError:
            return
        except ConnectionResetError:
            content, descriptors = b"", []
        if not content:
            self.close()
            self._on_close()
            return
        self._on_packet(json.loads(content), descriptors[0] if descriptors else None)

    def _on_packet(self, packet: Packet, descriptor: int | None) -> None:
        match packet:
            case {"notice": "connection"} if descriptor is not None:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, descriptor)
                connection.setblocking(False)
                self._on_connection(connection)
                return
            case {"notice": "page_listener"} if descriptor is not None:
                self._on_page_listener(_listener(descriptor))
                return
            case {"reply": int() as number}:
                if (reply := self._replies.get(number)) and not reply.done():
                    reply.set_result(packet)
            case _:
                pass
        if descriptor is not None:
            os.close(descriptor)


def _listener(descriptor: int) -> socket.socket:
    listener = socket.socket(fileno=descriptor)
    listener.setblocking(False)
    return listener

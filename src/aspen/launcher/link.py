"""The wire between launcher and core: JSON packets on a socket pair, some with one descriptor attached.

A packet is a request (`id`, `verb`, …), a reply (`reply`, `result` or `error`) or a notice (`notice`, …). Only the
launcher attaches descriptors; the sealed core could not, and receives them on this one socket alone.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import suppress

Packet = dict[str, object]

_LARGEST_PACKET_BYTES = 1 << 20
_BUFFER_BYTES = 4 << 20


def link_pair() -> tuple[socket.socket, socket.socket]:
    """Make both ends. SOCK_SEQPACKET keeps each packet whole and its descriptor with it (unix(7))."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
    return ends


class Link:
    """One end of the wire on the running event loop. `on_packet` gets each packet with its descriptor, if any."""

    def __init__(
        self,
        end: socket.socket,
        on_packet: Callable[[Packet, int | None], None],
        on_close: Callable[[], None],
    ) -> None:
        self._end = end
        self._on_packet = on_packet
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end.fileno(), self._receive)

    def send(self, packet: Packet, descriptor: int | None = None) -> None:
        """Send one packet at once; a peer that is gone is noticed by the reading side."""
        content = json.dumps(packet).encode()
        with suppress(BrokenPipeError, ConnectionResetError):
            if descriptor is None:
                self._end.send(content)
            else:
                socket.send_fds(self._end, [content], [descriptor])

    def close(self) -> None:
        if self._end.fileno() != -1:
            self._loop.remove_reader(self._end.fileno())
            self._end.close()

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

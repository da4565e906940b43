"""The wire between launcher and core: JSON packets on a socket pair, some with one descriptor attached.

A packet is a request (`id`, `verb`, …), a reply (`reply`, `result` or `error`) or a notice (`notice`, …). Only the
launcher attaches descriptors; the sealed core could not, and receives them on this one socket alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections import deque
from collections.abc import Callable

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
        self._waiting: deque[tuple[bytes, int | None]] = deque()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end.fileno(), self._receive)

    def send(self, packet: Packet, descriptor: int | None = None) -> None:
        """Send one packet, behind those that a slow peer has no room for yet.

        The descriptor may be closed afterwards. A peer that is gone is noticed by the reading side.
        """
        content = json.dumps(packet).encode()
        if self._end.fileno() == -1 or (not self._waiting and self._goes_out(content, descriptor)):
            return
        self._waiting.append((content, None if descriptor is None else os.dup(descriptor)))
        self._loop.add_writer(self._end.fileno(), self._send_waiting)

    def close(self) -> None:
        if self._end.fileno() != -1:
            self._loop.remove_reader(self._end.fileno())
            self._loop.remove_writer(self._end.fileno())
            self._end.close()
            while self._waiting:
                self._drop_first()

    def _goes_out(self, content: bytes, descriptor: int | None) -> bool:
        try:
            if descriptor is None:
                self._end.send(content)
            else:
                socket.send_fds(self._end, [content], [descriptor])
        except BlockingIOError:
            return False
        except (BrokenPipeError, ConnectionResetError):
            pass
        return True

    def _send_waiting(self) -> None:
        while self._waiting and self._goes_out(*self._waiting[0]):
            self._drop_first()
        if not self._waiting:
            self._loop.remove_writer(self._end.fileno())

    def _drop_first(self) -> None:
        _, descriptor = self._waiting.popleft()
        if descriptor is not None:
            os.close(descriptor)

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

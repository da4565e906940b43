"""Writes every packet of a closed network to a file that tcpdump reads too, and reads it back as what went where.

Format: pcap, Ethernet link type (draft-ietf-opsawg-pcap). Knows IPv4, IPv6, TCP, UDP; whatever else comes is kept as
bytes, with its kind.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

_FILE_HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 1)
_PACKET_HEAD = struct.Struct("<IIII")
_LARGEST_PACKET_BYTES = 1 << 18
_OUTGOING = 4
_SOL_PACKET, _STATISTICS = 263, 6
_IPV4, _IPV6 = 0x0800, 0x86DD
_TCP, _UDP = 6, 17
_WITH_PORTS = {_TCP: "tcp", _UDP: "udp"}
_SYN, _ACK = 0x02, 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """Where one packet went. `kind` is tcp, udp, or what else it was; `opens` says that it begins a connection."""

    kind: str
    source: str
    source_port: int
    to: str
    port: int
    opens: bool = False

    @property
    def place(self) -> str:
        return f"{self.kind} {self.to} port {self.port}"


class Recorder:
    """Takes packets from a tap; each is on the disk before the next is looked at."""

    def __init__(self, tap: socket.socket, file: Path) -> None:
        self._tap = tap
        self._file = file.open("wb", buffering=0)
        self._file.write(_FILE_HEAD)
        self._lost = 0

    def drain(self) -> None:
        """Write down everything that waits. On the loopback interface a packet goes out and comes in: one counts."""
        while True:
            try:
                content, address = self._tap.recvfrom(_LARGEST_PACKET_BYTES)
            except BlockingIOError:
                return
            if address[0] != "lo" or address[2] == _OUTGOING:
                now = time.time_ns() // 1000
                head = _PACKET_HEAD.pack(now // 1_000_000, now % 1_000_000, len(content), len(content))
                self._file.write(head + content)

    def lost(self) -> int:
        """Return how many packets the kernel had to drop, which must be none."""
        told = self._tap.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        self._lost += struct.unpack("II", told)[1]
        return self._lost


def read_packets(capture: bytes) -> Iterator[Packet]:
    """Yield the packets of a capture, or of a part of one that begins between two packets."""
    at = len(_FILE_HEAD) if capture.startswith(_FILE_HEAD[:4]) else 0
    while at + _PACKET_HEAD.size <= len(capture):
        length = _PACKET_HEAD.unpack_from(capture, at)[2]
        at += _PACKET_HEAD.size
        yield _read(capture[at : at + length])
        at += length


def _read(frame: bytes) -> Packet:
    (kind,) = struct.unpack_from("!H", frame, 12)
    if kind == _IPV4:
        start = 14 + 4 * (frame[14] & 0x0F)
        return _with_ports(frame[23], frame[26:30], frame[30:34], frame[start:])
    if kind == _IPV6:
        return _with_ports(frame[20], frame[22:38], frame[38:54], frame[54:])
    return Packet(kind=f"ethernet {kind:#06x}", source="", source_port=0, to="", port=0)


def _with_ports(protocol: int, source: bytes, to: bytes, rest: bytes) -> Packet:
    has_ports = protocol in _WITH_PORTS
    source_port, port = struct.unpack_from("!HH", rest) if has_ports else (0, 0)
    return Packet(
        kind=_WITH_PORTS.get(protocol, f"protocol {protocol}"),
        source=str(ip_address(source)),
        source_port=source_port,
        to=str(ip_address(to)),
        port=port,
        opens=protocol == _UDP or (protocol == _TCP and rest[13] & (_SYN | _ACK) == _SYN),
    )

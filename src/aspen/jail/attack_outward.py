"""Ways out of a machine, each tried for real: towards addresses that belong to nobody (RFC 5737, RFC 3849).

Every attempt returns the kernel's answer, minus errno. Where nothing stands in its way a packet leaves, so run these
only where it is counted and leads nowhere, or behind walls. EINPROGRESS says that a connection is being made.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable

from aspen.jail.kernel import system_call
from aspen.jail.network_attempts import with_socket
from aspen.jail.probes import NO_NETWORK, Attempt
from aspen.jail.refused_calls import MSG_FASTOPEN

_AF_INET, _AF_INET6, _AF_PACKET, _AF_VSOCK = 2, 10, 17, 40
_STREAM, _DATAGRAM, _RAW, _SEQUENCED = 1, 2, 3, 5
_NO_SIGNAL = 0x4000
_ICMP, _DCCP, _SCTP, _UDP_LITE, _RAW_IP, _MPTCP = 1, 33, 132, 136, 255, 262
_NOBODY_V4, _NAMESERVER_V4 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 53])
_NOBODY_V6 = bytes.fromhex("20010db8000000000000000000000001")
_HERE, _SSDP, _MDNS = bytes([127, 0, 0, 1]), bytes([239, 255, 255, 250]), bytes([224, 0, 0, 251])
_HTTPS, _DNS, _SSDP_PORT, _MDNS_PORT, _OLLAMA = 443, 53, 1900, 5353, 11434
_HOST_OF_A_GUEST = 2
_WORDS = b"words that stay here"
# A question for the address of `words.example` (RFC 1035): names carry words as well as any packet.
_QUESTION = bytes.fromhex("616201000001000000000000") + b"\5words\7example\0" + bytes([0, 1, 0, 1])
_ECHO = bytes.fromhex("0800f7ff00000000")


def _v4(address: bytes, port: int) -> bytes:
    return struct.pack("=H", _AF_INET) + struct.pack("!H", port) + address + bytes(8)


def _v6(address: bytes, port: int) -> bytes:
    return struct.pack("=H", _AF_INET6) + struct.pack("!HI", port, 0) + address + bytes(4)


def _connect(family: int, kind: int, protocol: int, address: bytes) -> int:
    return with_socket(family, kind, protocol, lambda fd: system_call("connect", fd, address, len(address)))


def _send(family: int, kind: int, protocol: int, address: bytes, content: bytes, flags: int = 0) -> int:
    def send(fd: int) -> int:
        return system_call("sendto", fd, content, len(content), flags | _NO_SIGNAL, address, len(address))

    return with_socket(family, kind, protocol, send)


class _Message:
    """struct msghdr with one piece and an address; what it points to lives as long as it does."""

    def __init__(self, address: bytes, content: bytes) -> None:
        self._content = ctypes.create_string_buffer(content, len(content))
        self._address = ctypes.create_string_buffer(address, len(address))
        vector = struct.pack("=QQ", ctypes.addressof(self._content), len(content))
        self._vector = ctypes.create_string_buffer(vector, len(vector))
        self.header = struct.pack(
            "=QI4xQQQQi4x", ctypes.addressof(self._address), len(address), ctypes.addressof(self._vector), 1, 0, 0, 0
        )


def _send_message(kind: int, address: bytes, flags: int = 0) -> int:
    message = _Message(address, _WORDS)
    return with_socket(_AF_INET, kind, 0, lambda fd: system_call("sendmsg", fd, message.header, flags | _NO_SIGNAL))


def _send_messages() -> int:
    message = _Message(_v4(_NOBODY_V4, _HTTPS), _WORDS)
    many = ctypes.create_string_buffer(message.header + bytes(8), len(message.header) + 8)
    return with_socket(_AF_INET, _DATAGRAM, 0, lambda fd: system_call("sendmmsg", fd, many, 1, _NO_SIGNAL))


def _send_frame(interface: int) -> int:
    """Past the whole stack: an Ethernet frame onto an interface (packet(7))."""
    address = struct.pack("=H", _AF_PACKET) + struct.pack("!H", 0x0800) + struct.pack("=iHBB8x", interface, 0, 0, 6)
    return _send(_AF_PACKET, _RAW, 0, address, bytes(12) + struct.pack("!H", 0x0800) + _WORDS)


def _send_raw_packet() -> int:
    """An IP packet of our own making; the kernel fills in length and sum."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 253, 0, bytes(4), _NOBODY_V4)
    return _send(_AF_INET, _RAW, _RAW_IP, _v4(_NOBODY_V4, 0), head + _WORDS)


def send_datagram() -> int:
    """Send one UDP packet towards nobody."""
    return _send(_AF_INET, _DATAGRAM, 0, _v4(_NOBODY_V4, _HTTPS), _WORDS)


def outward_attempts(interface: int) -> tuple[Attempt, ...]:
    """Return the list; `interface` is the index of the one that a raw frame is put on."""
    https = _v4(_NOBODY_V4, _HTTPS)
    guest = struct.pack("=HHII4x", _AF_VSOCK, 0, _HTTPS, _HOST_OF_A_GUEST)
    tries: tuple[tuple[str, Callable[[], int]], ...] = (
        ("TCP to 192.0.2.1:443", lambda: _connect(_AF_INET, _STREAM, 0, https)),
        ("TCP to [2001:db8::1]:443", lambda: _connect(_AF_INET6, _STREAM, 0, _v6(_NOBODY_V6, _HTTPS))),
        ("TCP Fast Open to 192.0.2.1:443", lambda: _send(_AF_INET, _STREAM, 0, https, _WORDS, MSG_FASTOPEN)),
        ("TCP Fast Open by sendmsg", lambda: _send_message(_STREAM, https, MSG_FASTOPEN)),
        ("MPTCP to 192.0.2.1:443", lambda: _connect(_AF_INET, _STREAM, _MPTCP, https)),
        ("UDP to 192.0.2.1:443", send_datagram),
        ("UDP to [2001:db8::1]:443", lambda: _send(_AF_INET6, _DATAGRAM, 0, _v6(_NOBODY_V6, _HTTPS), _WORDS)),
        ("UDP by sendmsg", lambda: _send_message(_DATAGRAM, https)),
        ("UDP by sendmmsg", _send_messages),
        (
            "DNS question to 192.0.2.53",
            lambda: _send(_AF_INET, _DATAGRAM, 0, _v4(_NAMESERVER_V4, _DNS), _QUESTION),
        ),
        ("DNS by TCP to 192.0.2.53", lambda: _connect(_AF_INET, _STREAM, 0, _v4(_NAMESERVER_V4, _DNS))),
        ("multicast DNS", lambda: _send(_AF_INET, _DATAGRAM, 0, _v4(_MDNS, _MDNS_PORT), _QUESTION)),
        ("SSDP multicast", lambda: _send(_AF_INET, _DATAGRAM, 0, _v4(_SSDP, _SSDP_PORT), _WORDS)),
        ("UDP-Lite to 192.0.2.1", lambda: _send(_AF_INET, _DATAGRAM, _UDP_LITE, https, _WORDS)),
        ("SCTP to 192.0.2.1", lambda: _connect(_AF_INET, _SEQUENCED, _SCTP, https)),
        ("DCCP to 192.0.2.1", lambda: _connect(_AF_INET, 6, _DCCP, https)),
        ("ping by a raw socket", lambda: _send(_AF_INET, _RAW, _ICMP, _v4(_NOBODY_V4, 0), _ECHO + _WORDS)),
        ("ping by a ping socket", lambda: _send(_AF_INET, _DATAGRAM, _ICMP, _v4(_NOBODY_V4, 0), _ECHO + _WORDS)),
        ("an IP packet of its own making", _send_raw_packet),
        ("an Ethernet frame", lambda: _send_frame(interface)),
        ("TCP to this machine (127.0.0.1:11434)", lambda: _connect(_AF_INET, _STREAM, 0, _v4(_HERE, _OLLAMA))),
        ("UDP to this machine (127.0.0.1:53)", lambda: _send(_AF_INET, _DATAGRAM, 0, _v4(_HERE, _DNS), _QUESTION)),
        ("vsock to the machine's host", lambda: _connect(_AF_VSOCK, _STREAM, 0, guest)),
    )
    return tuple(Attempt(name, run, NO_NETWORK) for name, run in tries)

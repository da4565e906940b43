"""Attempts to reach somebody: each does one thing and returns the kernel's answer, minus errno when refused.

Nothing leaves the machine even where all of them succeed: addresses are loopback, names lead nowhere. Where a socket
is refused, the next call is tried on descriptor -1: EBADF means that only the socket was missing, not the permission.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable

from aspen.jail.kernel import system_call
from aspen.jail.refused_calls import AF_UNIX, MSG_FASTOPEN

_AF_UNSPEC, _AF_INET, _AF_INET6, _AF_NETLINK, _AF_PACKET, _AF_VSOCK = 0, 2, 10, 16, 17, 40
_AF_BLUETOOTH, _AF_ALG = 31, 38
_STREAM, _DATAGRAM, _RAW, _SEQUENCED = 1, 2, 3, 5
_MSG_NOSIGNAL = 0x4000
_NONBLOCK_CLOEXEC = 0o2004000
_IPPROTO_ICMP, _IPPROTO_MPTCP = 1, 262
_DISCARD_PORT = 9
_NO_FD = -1
_LOOPBACK = bytes([127, 0, 0, 1])
_V4 = struct.pack("=H", _AF_INET) + struct.pack("!H", _DISCARD_PORT) + _LOOPBACK + bytes(8)
_V4_ANY_PORT = struct.pack("=H", _AF_INET) + bytes(2) + _LOOPBACK + bytes(8)
_V6 = struct.pack("=H", _AF_INET6) + struct.pack("!H", _DISCARD_PORT) + bytes(4) + bytes(15) + b"\x01" + bytes(4)
_NOBODY = struct.pack("=H", _AF_UNSPEC) + bytes(14)
_UNIX_PATH = struct.pack("=H", AF_UNIX) + b"/no-such-socket-of-aspen\0"
_UNIX_ABSTRACT = struct.pack("=H", AF_UNIX) + b"\0no-such-socket-of-aspen"


def with_socket(family: int, kind: int, protocol: int, then: Callable[[int], int]) -> int:
    """Open a socket, go on with it, close it. Returns the first refusal."""
    fd = system_call("socket", family, kind | _NONBLOCK_CLOEXEC, protocol)
    if fd < 0:
        return fd
    try:
        return then(fd)
    finally:
        os.close(fd)


def with_or_without(family: int, then: Callable[[int], int]) -> int:
    """As above for a stream, but go on without a socket when it is refused."""
    fd = system_call("socket", family, _STREAM | _NONBLOCK_CLOEXEC, 0)
    if fd < 0:
        return then(_NO_FD)
    try:
        return then(fd)
    finally:
        os.close(fd)


def _connect(address: bytes) -> Callable[[int], int]:
    return lambda fd: system_call("connect", fd, address, len(address))


def _only_open(_fd: int) -> int:
    return 0


def connect_tcp_v4() -> int:
    return with_socket(_AF_INET, _STREAM, 0, _connect(_V4))


def connect_tcp_v6() -> int:
    return with_socket(_AF_INET6, _STREAM, 0, _connect(_V6))


def connect_mptcp() -> int:
    return with_socket(_AF_INET, _STREAM, _IPPROTO_MPTCP, _connect(_V4))


def send_udp() -> int:
    return with_socket(_AF_INET, _DATAGRAM, 0, lambda fd: system_call("sendto", fd, b"", 0, 0, _V4, len(_V4)))


def listen_tcp() -> int:
    return with_socket(_AF_INET, _STREAM, 0, _bind_and_listen)


def _bind_and_listen(fd: int) -> int:
    bound = system_call("bind", fd, _V4_ANY_PORT, len(_V4_ANY_PORT))
    return bound if bound < 0 else system_call("listen", fd, 1)


def open_netlink() -> int:
    return with_socket(_AF_NETLINK, _RAW, 0, _only_open)


def open_vsock() -> int:
    return with_socket(_AF_VSOCK, _STREAM, 0, _only_open)


def open_packet() -> int:
    return with_socket(_AF_PACKET, _RAW, 0, _only_open)


def open_raw_icmp() -> int:
    return with_socket(_AF_INET, _RAW, _IPPROTO_ICMP, _only_open)


def open_bluetooth() -> int:
    return with_socket(_AF_BLUETOOTH, _SEQUENCED, 0, _only_open)


def open_kernel_crypto() -> int:
    return with_socket(_AF_ALG, _SEQUENCED, 0, _only_open)


def fast_open_by_sendto() -> int:
    flags = MSG_FASTOPEN | _MSG_NOSIGNAL
    return with_or_without(_AF_INET, lambda fd: system_call("sendto", fd, b"x", 1, flags, _V4, len(_V4)))


def send_to_an_address() -> int:
    """What only a test of sendto's address can refuse. EPIPE, from a socket that is not connected, is not a refusal."""
    return with_or_without(_AF_INET, lambda fd: system_call("sendto", fd, b"x", 1, _MSG_NOSIGNAL, _V4, len(_V4)))


def fast_open_by_sendmsg() -> int:
    return with_or_without(_AF_INET, _sendmsg_fast_open)


def _sendmsg_fast_open(fd: int) -> int:
    payload = ctypes.create_string_buffer(b"x", 1)
    name = ctypes.create_string_buffer(_V4, len(_V4))
    vector = ctypes.create_string_buffer(struct.pack("=QQ", ctypes.addressof(payload), 1), 16)
    message = struct.pack("=QI4xQQQQi4x", ctypes.addressof(name), len(_V4), ctypes.addressof(vector), 1, 0, 0, 0)
    return system_call("sendmsg", fd, message, MSG_FASTOPEN | _MSG_NOSIGNAL)


def connect_unix_path() -> int:
    return with_or_without(AF_UNIX, _connect(_UNIX_PATH))


def connect_unix_abstract() -> int:
    return with_or_without(AF_UNIX, _connect(_UNIX_ABSTRACT))


def bind_unix() -> int:
    """Bind to an abstract name that the kernel picks."""
    return with_or_without(AF_UNIX, lambda fd: system_call("bind", fd, struct.pack("=H", AF_UNIX), 2))


def listen_unix() -> int:
    """Listening on an unbound Unix socket fails; EINVAL says that the call itself was made."""
    return with_or_without(AF_UNIX, lambda fd: system_call("listen", fd, 1))


def make_socketpair() -> int:
    pair = ctypes.create_string_buffer(8)
    result = system_call("socketpair", AF_UNIX, _STREAM | _NONBLOCK_CLOEXEC, 0, pair)
    if result == 0:
        for fd in struct.unpack("=ii", pair.raw):
            os.close(fd)
    return result


def receive_message() -> int:
    """Descriptors arrive by recvmsg (SCM_RIGHTS); EBADF says that the call would have been made."""
    return system_call("recvmsg", _NO_FD, ctypes.create_string_buffer(56), 0)


def receive_messages() -> int:
    return system_call("recvmmsg", _NO_FD, ctypes.create_string_buffer(64), 0, 0, None)


def send_messages() -> int:
    return system_call("sendmmsg", _NO_FD, ctypes.create_string_buffer(64), 0, 0)


def recycle_a_listener() -> int:
    """connect() with AF_UNSPEC turns a listener back into a plain socket, which can then connect anywhere."""
    return with_or_without(_AF_INET, _listen_then_forget)


def _listen_then_forget(fd: int) -> int:
    if fd != _NO_FD:
        _bind_and_listen(fd)
    return system_call("connect", fd, _NOBODY, len(_NOBODY))


def set_up_io_uring() -> int:
    parameters = ctypes.create_string_buffer(120)
    fd = system_call("io_uring_setup", 1, parameters)
    if fd >= 0:
        os.close(fd)
    return fd

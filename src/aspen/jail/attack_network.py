"""A network in which every packet that would leave is counted: namespaces of this process's own, a way out that leads
nowhere, and the kernel's own counters. For `aspen prove --attack`; ordinary users may make one on most systems.

`lo` is up, and both default routes lead onto an interface behind which nobody is: a dummy, one end of a veth pair, or
where the kernel has neither, `lo` itself. Spoken by rtnetlink(7); no address belongs to anybody (RFC 5737, RFC 3849).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aspen.jail.kernel import errno_name, system_call

_LOOPBACK_INDEX, _WAY_OUT_INDEX, _PEER_INDEX = 1, 77, 78
_NAME = b"wayout\0"
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_AF_INET, _AF_INET6, _AF_NETLINK, _RAW = 2, 10, 16, 3
_NEW_LINK, _NEW_ADDRESS, _NEW_ROUTE = 16, 20, 24
_REQUEST_AND_ACKNOWLEDGE, _CREATE = 0x1 | 0x4, 0x400
_IS_UP, _ASKS_NO_NEIGHBOUR = 0x1, 0x80
_LINK_NAME, _LINK_TYPE, _LINK_FAMILIES, _V6_ADDRESS_MODE, _NO_ADDRESSES = 3, 18, 26, 8, 1
_TYPE_KIND, _TYPE_CONTENT, _VETH_PEER = 1, 2, 1
_ADDRESS, _ADDRESS_LOCAL, _ROUTE_OUT = 1, 2, 4
_MAIN_TABLE, _STATIC, _UNICAST, _LINK_SCOPE = 254, 4, 1, 253
_OUR_V4 = bytes([198, 51, 100, 7])
_OUR_V6 = bytes.fromhex("20010db8ffff00000000000000000007")
_ANSWER_BYTES = 1 << 14
_SENT_PACKETS = 9
"""Which column of /proc/net/dev it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedNetwork:
    """`error` is 0, or the errno with which the kernel refused the namespaces: then nothing is counted.

    `way_out` is the interface at the end of both default routes.
    """

    error: int
    way_out: str = "lo"
    way_out_index: int = _LOOPBACK_INDEX

    @property
    def is_counted(self) -> bool:
        return self.error == 0


def enter_counted_network() -> CountedNetwork:
    """Put this process, which must have one thread, and all that it starts from now on into such a network.

    The user stays who it is. Raises OSError where the namespaces could be made and the network in them could not.
    """
    user, group = os.getuid(), os.getgid()
    error = -system_call("unshare", _NEW_USER | _NEW_NETWORK)
    if error != 0:
        return CountedNetwork(error=error)
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        (Path("/proc/self") / name).write_text(line, "ascii")
    kernel = system_call("socket", _AF_NETLINK, _RAW, 0)
    if kernel < 0:
        raise OSError(-kernel, f"no netlink: {errno_name(-kernel)}")
    try:
        return _furnish(kernel)
    finally:
        os.close(kernel)


def sent_packets(pid: int | str = "self") -> Mapping[str, int] | None:
    """How many packets each interface of a process's network has sent so far; None where it cannot be seen."""
    try:
        lines = (Path("/proc") / str(pid) / "net" / "dev").read_text("ascii").splitlines()[2:]
    except OSError:
        return None
    rows = (line.partition(":") for line in lines)
    return {name.strip(): int(counts.split()[_SENT_PACKETS]) for name, _, counts in rows}


def _furnish(kernel: int) -> CountedNetwork:
    _must(_ask(kernel, _NEW_LINK, 0, _link(_LOOPBACK_INDEX, _IS_UP)))
    ends = _make_way_out(kernel)
    for index in ends:
        # Without addresses of its own making it says nothing by itself: what is counted is what somebody sent.
        mode = _attribute(_AF_INET6, _attribute(_V6_ADDRESS_MODE, bytes([_NO_ADDRESSES])))
        _ask(kernel, _NEW_LINK, 0, _link(index) + _attribute(_LINK_FAMILIES, mode))
        _must(_ask(kernel, _NEW_LINK, 0, _link(index, _IS_UP | _ASKS_NO_NEIGHBOUR)))
    out = ends[0] if ends else _LOOPBACK_INDEX
    _must(_ask(kernel, _NEW_ADDRESS, _CREATE, _address(_AF_INET, _OUR_V4)))
    _must(_ask(kernel, _NEW_ROUTE, _CREATE, _default_route(_AF_INET, out)))
    # A kernel without IPv6 has one way out less.
    if _ask(kernel, _NEW_ADDRESS, _CREATE, _address(_AF_INET6, _OUR_V6)) == 0:
        _must(_ask(kernel, _NEW_ROUTE, _CREATE, _default_route(_AF_INET6, out)))
    return CountedNetwork(error=0, way_out=_NAME.rstrip(b"\0").decode() if ends else "lo", way_out_index=out)


def _make_way_out(kernel: int) -> tuple[int, ...]:
    """Make an interface that leads nowhere and return its index, with that of its other end if it has one."""
    peer = _attribute(_TYPE_CONTENT, _attribute(_VETH_PEER, _link(_PEER_INDEX)))
    for kind, content, ends in (
        (b"dummy", b"", (_WAY_OUT_INDEX,)),
        (b"veth", peer, (_WAY_OUT_INDEX, _PEER_INDEX)),
    ):
        described = _attribute(_LINK_TYPE, _attribute(_TYPE_KIND, kind) + content)
        if _ask(kernel, _NEW_LINK, _CREATE, _link(_WAY_OUT_INDEX) + _attribute(_LINK_NAME, _NAME) + described) == 0:
            return ends
    return ()


def _link(index: int, flags: int = 0) -> bytes:
    return struct.pack("=BxHiII", 0, 0, index, flags, flags)


def _address(family: int, address: bytes) -> bytes:
    """Addresses lie on `lo`, which does not announce them."""
    head = struct.pack("=BBBBI", family, len(address) * 8, 0, 0, _LOOPBACK_INDEX)
    return head + _attribute(_ADDRESS_LOCAL, address) + _attribute(_ADDRESS, address)


def _default_route(family: int, out: int) -> bytes:
    scope = _LINK_SCOPE if family == _AF_INET else 0
    head = struct.pack("=8BI", family, 0, 0, 0, _MAIN_TABLE, _STATIC, scope, _UNICAST, 0)
    return head + _attribute(_ROUTE_OUT, struct.pack("=I", out))


def _attribute(kind: int, content: bytes) -> bytes:
    """struct rtattr: length, kind, content, padded to four bytes."""
    return struct.pack("=HH", 4 + len(content), kind) + content + bytes(-len(content) % 4)


def _ask(kernel: int, kind: int, flags: int, content: bytes) -> int:
    """Send one request and return 0 or the errno of its acknowledgement."""
    head = struct.pack("=IHHII", 16 + len(content), kind, _REQUEST_AND_ACKNOWLEDGE | flags, 1, 0)
    request = head + content
    sent = system_call("sendto", kernel, request, len(request), 0, None, 0)
    if sent < 0:
        return -sent
    answer = ctypes.create_string_buffer(_ANSWER_BYTES)
    received = system_call("recvfrom", kernel, answer, _ANSWER_BYTES, 0, None, None)
    if received < 0:
        return -received
    (code,) = struct.unpack_from("=i", answer.raw, 16)
    return -code if code else 0


def _must(error: int) -> None:
    if error not in (0, errno.EEXIST):
        raise OSError(error, f"the network for counting cannot be made: {errno_name(error)}")

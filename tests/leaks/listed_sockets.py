"""The sockets of a network as the kernel lists them, whoever they belong to (proc_pid_net(5))."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

_TABLES = ("tcp", "tcp6", "udp", "udp6")
_TIME_WAIT, _UNCONNECTED, _LISTEN = 6, 7, 10
_TAKES_FROM_ANYBODY = {("tcp", _LISTEN), ("udp", _UNCONNECTED)}
_SAYS_NO_MORE = {_TIME_WAIT, _UNCONNECTED, _LISTEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSocket:
    """One socket, and the place at which it is bound."""

    kind: str
    address: str
    port: int
    state: int

    @property
    def takes_from_anybody(self) -> bool:
        """Whether a stranger's packet would be heard."""
        return (self.kind, self.state) in _TAKES_FROM_ANYBODY

    @property
    def may_still_say_something(self) -> bool:
        """Whether it belongs to a connection of which packets may still come."""
        return self.kind == "tcp" and self.state not in _SAYS_NO_MORE


def sockets_around(pid: int) -> Iterator[ListedSocket]:
    """Yield every TCP and UDP socket in the network of a process."""
    for table in _TABLES:
        path = Path(f"/proc/{pid}/net/{table}")
        for line in path.read_text("ascii").splitlines()[1:] if path.exists() else ():
            _, local, _, state, *_ = line.split()
            address, _, port = local.partition(":")
            yield ListedSocket(
                kind=table.removesuffix("6"), address=_address(address), port=int(port, 16), state=int(state, 16)
            )


def _address(written: str) -> str:
    """The kernel writes each 32 bits as a number of the machine's own byte order."""
    words = [int(written[at : at + 8], 16) for at in range(0, len(written), 8)]
    return str(ip_address(struct.pack(f"={len(words)}I", *words)))

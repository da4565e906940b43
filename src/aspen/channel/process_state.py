"""What the kernel says of a process at this moment, by /proc (proc(5)): read from outside, or by a process of itself.

Believes nobody but the kernel. What an ordinary user may not see of a process that hides itself is None, never a guess.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_BY_FILTER = "2"
_INTERNET = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "mptcp", "packet")
_UNIX, _NETLINK = "unix", "netlink"
_COLUMNS, _USUAL_COLUMN = {_UNIX: 6, _NETLINK: 9, "packet": 8}, 9
"""Where a table holds the inode of a socket."""

_SOCKET, _RING = "socket:[", "anon_inode:[io_uring]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """How many a process holds. `other` is what stands in no table: vsock, io_uring, a socket not yet in use."""

    unix: int = 0
    internet: int = 0
    netlink: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """All threads together: `seccomp_filters` is the least of them, 0 where one has none.

    `capabilities` are hex digits; `is_hidden` says that other processes of its user cannot look into it. `sockets` and
    `has_own_network` are None where they cannot be seen.
    """

    pid: int
    parent_pid: int
    module: str
    threads: int
    seccomp_filters: int
    has_no_new_privileges: bool
    capabilities: str
    is_hidden: bool | None
    has_own_network: bool | None
    sockets: Sockets | None


def state_of(pid: int, proc: Path = _PROC) -> ProcessState | None:
    """Look at one process; None when it has ended."""
    folder = proc / str(pid)
    threads = [status for status in map(_status, _tasks(folder)) if status]
    whole = _status(folder)
    if not whole or not threads:
        return None
    command = _command(folder)
    return ProcessState(
        pid=pid,
        parent_pid=int(whole.get("PPid", "0")),
        module=_module(command),
        threads=len(threads),
        seccomp_filters=min(map(_filters, threads)),
        has_no_new_privileges=all(status.get("NoNewPrivs") == "1" for status in threads),
        capabilities=max((status.get("CapEff", "0").lstrip("0") for status in threads), key=len) or "0",
        is_hidden=_is_hidden(folder),
        has_own_network=_has_own_network(folder, proc),
        sockets=sockets_of(pid, proc),
    )


def descendants_of(pid: int, proc: Path = _PROC) -> tuple[ProcessState, ...]:
    """Look at a process and at all that it has started, parents before children. A look at every process's parent."""
    parents = {each: int(_status(proc / str(each)).get("PPid", "0")) for each in _pids(proc)}
    family = [pid]
    for parent in family:
        family.extend(child for child, its_parent in parents.items() if its_parent == parent)
    return tuple(state for state in (state_of(each, proc) for each in family) if state is not None)


def own_filters(proc: Path = _PROC) -> int:
    """How many system call filters everything here runs under anyway: containers begin with some."""
    return _filters(_status(proc / "self"))


def sockets_of(pid: int | str, proc: Path = _PROC) -> Sockets | None:
    """Count the sockets of a process by its descriptors; None where these cannot be listed."""
    folder = proc / str(pid)
    try:
        targets = [_target(link) for link in (folder / "fd").iterdir()]
    except OSError:
        return None
    # A socket stands in the tables of the network that it was made in: a jailed process has left that one.
    networks = (folder / "net", proc / "self" / "net")
    names = (_UNIX, _NETLINK, *_INTERNET)
    tables = {name: set[str]().union(*(_inodes(network / name) for network in networks)) for name in names}
    internet = set[str]().union(*(tables[name] for name in _INTERNET))
    held = [target.removeprefix(_SOCKET).rstrip("]") for target in targets if target.startswith(_SOCKET)]
    counted = {_UNIX: 0, "internet": 0, _NETLINK: 0, "other": targets.count(_RING)}
    for inode in held:
        kinds = ((_UNIX, tables[_UNIX]), ("internet", internet), (_NETLINK, tables[_NETLINK]))
        counted[next((kind for kind, inodes in kinds if inode in inodes), "other")] += 1
    return Sockets(**counted)


def _pids(proc: Path) -> Iterator[int]:
    return (int(folder.name) for folder in proc.iterdir() if folder.name.isdecimal())


def _status(folder: Path) -> Mapping[str, str]:
    """The lines of a status file; empty for what has ended."""
    try:
        lines = (folder / "status").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: text.strip() for name, _, text in (line.partition(":") for line in lines)}


def _tasks(folder: Path) -> list[Path]:
    try:
        return list((folder / "task").iterdir())
    except OSError:
        return []


def _filters(status: Mapping[str, str]) -> int:
    return int(status.get("Seccomp_filters", "0")) if status.get("Seccomp") == _BY_FILTER else 0


def _command(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


def _module(command: list[str]) -> str:
    """What follows `-m`, else the program's own name."""
    if "-m" in command[:-1]:
        return command[command.index("-m") + 1]
    return Path(command[0]).name if command else ""


def _is_hidden(folder: Path) -> bool | None:
    """Whether this user may not look into it, tried with its environment; root may, and learns nothing by that."""
    if os.geteuid() == 0:
        return None
    try:
        (folder / "environ").open("rb").close()
    except PermissionError:
        return True
    except OSError:
        return None
    return False


def _has_own_network(folder: Path, proc: Path) -> bool | None:
    try:
        return (folder / "ns" / "net").stat().st_ino != (proc / "self" / "ns" / "net").stat().st_ino
    except OSError:
        return None


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""


def _inodes(table: Path) -> set[str]:
    """The inodes of a table under /proc/PID/net. A socket that was never bound or connected stands in none of them."""
    column = _COLUMNS.get(table.name, _USUAL_COLUMN)
    try:
        lines = table.read_text("utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return set()
    return {words[column] for line in lines if len(words := line.split()) > column}

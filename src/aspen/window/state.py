"""What is true of the window now, by /proc (proc(5)): read from outside, whoever's word aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.channel.process_state import ProcessState, descendants_of, own_filters, state_of

_PROC = Path("/proc")
_LOOPBACK = ("lo",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One process in the window's network. `interfaces` are those of the network it is in.

    `network` is that network's inode, None where it cannot be seen.
    """

    pid: int
    name: str
    network: int | None
    interfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """`own_network` is the network of whoever measures; `gaps` say what does not hold, and are empty when all does."""

    browser: str
    own_network: int | None
    members: tuple[Member, ...]
    forwarder: ProcessState | None
    hidden: tuple[str, ...]
    gaps: tuple[str, ...]


def measure(told: Mapping[str, object], proc: Path = _PROC) -> WindowState:
    """Look at every process of the window that says who is who (`opening.running_window`)."""
    own = _network_of("self", proc)
    family = descendants_of(cast("int", told["inside_pid"]), proc)
    looked_at = (_member(each.pid, proc) for each in family)
    members = tuple(each for each in looked_at if each.interfaces or not _has_ended(proc / str(each.pid)))
    forwarder = state_of(cast("int", told["forwarder_pid"]), proc)
    return WindowState(
        browser=str(told["browser"]),
        own_network=own,
        members=members,
        forwarder=forwarder,
        hidden=tuple(cast("list[str]", told["hidden"])),
        gaps=(*_gaps_of_members(members, own), *_gaps_of_forwarder(forwarder, own_filters(proc))),
    )


def _gaps_of_members(members: tuple[Member, ...], own: int | None) -> Iterator[str]:
    if not members:
        yield "nothing of the window is there to be looked at"
    for each in members:
        if each.interfaces != _LOOPBACK:
            yield f"{each.name} (process {each.pid}) sees {', '.join(each.interfaces) or 'a network that is unknown'}"
        if each.network is not None and each.network == own:
            yield f"{each.name} (process {each.pid}) is in the network of everything else"


def _gaps_of_forwarder(forwarder: ProcessState | None, own: int) -> Iterator[str]:
    if forwarder is None:
        yield "the forwarder is not there"
        return
    if forwarder.seccomp_filters <= own or not forwarder.has_no_new_privileges or forwarder.capabilities != "0":
        yield f"the forwarder (process {forwarder.pid}) is not sealed"


def _member(pid: int, proc: Path) -> Member:
    folder = proc / str(pid)
    return Member(pid=pid, name=_name(folder), network=_network_of(str(pid), proc), interfaces=_interfaces(folder))


def _has_ended(folder: Path) -> bool:
    """Whether a process ended while it was looked at: what is left of it holds nothing, and is in no network."""
    try:
        lines = (folder / "status").read_text("utf-8", "replace").splitlines()
    except OSError:
        return True
    state = next((line.partition(":")[2].strip() for line in lines if line.startswith("State:")), "")
    return state[:1] in {"Z", "X"}


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "a process that has ended"


def _network_of(pid: str, proc: Path) -> int | None:
    try:
        return (proc / pid / "ns" / "net").stat().st_ino
    except OSError:
        return None


def _interfaces(folder: Path) -> tuple[str, ...]:
    """The interfaces of a process's network (/proc/PID/net/dev, after two lines of titles)."""
    try:
        lines = (folder / "net" / "dev").read_text("ascii").splitlines()[2:]
    except OSError:
        return ()
    return tuple(line.partition(":")[0].strip() for line in lines)

"""Each probe is open where its wall is missing: a probe that cannot fail would prove nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from person import Person

from aspen.jail.landlock import kernel_abi
from aspen.jail.probes import ENGINE_PROBES, READ_MODEL

# What a system may refuse by itself: to ordinary users, in a container, by a sysctl, or for want of the hardware.
DEPENDS_ON_THE_SYSTEM = {
    "packet socket",
    "raw ICMP socket",
    "Bluetooth socket",
    "kernel crypto socket",
    "vsock socket",
    "MPTCP connect",
    "TCP connect v6",
    "io_uring_setup",
    "memfd and exec",
    "mount",
    "unshare",
    "setns",
    "pidfd_getfd of parent",
    "ptrace of parent",
    "process_vm_readv of parent",
    "write shared memory",
}
FAST_OPEN = {"TCP Fast Open by sendto", "TCP Fast Open by sendmsg"}
CONNECT = {"TCP connect v4", "TCP connect v6"}
FILES = {"read system file", "list home", "list root", "write temp", "write shared memory"}
OWN_LISTENER = {"Unix bind", "Unix listen"}
SIGNALS_SINCE = 6


def _open(person: Person, walls: str, *, of_itself: bool = False) -> set[str]:
    """The probes that are open behind some of the walls, `read model` left out."""
    parent = 0 if of_itself else os.getpid()
    told = json.loads(person.ask("inside.py", "walls", walls, person.packages[0] / "inside.py", person.home, parent))
    if told["errors"] != [0] * len(told["errors"]):
        pytest.skip(f"this system refuses {walls}: {told['errors']}")
    blocked: Mapping[str, bool] = {probe["name"]: probe["blocked"] for probe in told["probes"]}
    assert set(blocked) == ENGINE_PROBES | {READ_MODEL}
    assert blocked[READ_MODEL] is False
    return {name for name, is_blocked in blocked.items() if not is_blocked} - {READ_MODEL}


def test_without_walls_every_probe_gets_through(person: Person) -> None:
    assert _open(person, "nothing", of_itself=True) >= ENGINE_PROBES - DEPENDS_ON_THE_SYSTEM


def test_behind_all_walls_nothing_gets_through(person: Person) -> None:
    assert _open(person, "everything") == set()


def test_no_new_privileges_alone_blocks_nothing(me: Person) -> None:
    assert _open(me, "no_new_privileges", of_itself=True) == _open(me, "nothing", of_itself=True)


def test_empty_namespaces_leave_files_and_unix_sockets(person: Person) -> None:
    still_open = _open(person, "namespaces")
    assert still_open.isdisjoint(CONNECT | FAST_OPEN | {"UDP send"})
    assert {"read system file", "list root", "write temp", "Unix path connect", "netlink socket"} <= still_open


def test_landlock_leaves_udp_fast_open_and_unix_sockets(person: Person) -> None:
    still_open = _open(person, "no_new_privileges,files")
    assert still_open.isdisjoint(FILES | CONNECT | {"TCP listen", "open memory of parent"})
    assert FAST_OPEN | {"UDP send", "netlink socket", "Unix path connect", "fork by clone"} <= still_open
    assert ("signal parent" in still_open) == (kernel_abi() < SIGNALS_SINCE and person.user_id is None)


def test_the_first_filter_leaves_files_and_the_own_listener(person: Person) -> None:
    still_open = _open(person, "no_new_privileges,listening")
    assert {"read system file", "list root", "write temp"} | OWN_LISTENER <= still_open
    assert still_open <= FILES | OWN_LISTENER | {"open memory of parent"}


def test_the_second_filter_closes_the_own_listener(person: Person) -> None:
    still_open = _open(person, "no_new_privileges,listening,answering")
    assert still_open.isdisjoint(OWN_LISTENER)
    assert "read system file" in still_open


def test_trying_leaves_nothing_behind(me: Person) -> None:
    before = _temporary_names()
    _open(me, "nothing", of_itself=True)
    assert [path for path in _temporary_names() - before if "probe" in path.name] == []


def _temporary_names() -> set[Path]:
    return {path for folder in ("/tmp", "/dev/shm") for path in Path(folder).glob("*")}

"""The jail of a reader: no network before a library is loaded, then no file, and one socket that it was given."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aspen.channel.process_state import sockets_of
from aspen.core.isolation import JailLevel, Probe
from aspen.jail.availability import best_level
from aspen.jail.confinement import Confinement
from aspen.jail.probes import ENGINE_PROBES
from aspen.jail.proof import judge, namespaces_differ, open_descriptors, prove_process
from aspen.jail.reader_jail import READER_FILTERS

CHILD = Path(__file__).with_name("jailed_reader.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jailed:
    """A child in its jail, and what it said on the way there. `end` is our end of its socket."""

    process: subprocess.Popen[bytes]
    end: socket.socket
    inode: int

    def said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()


@pytest.fixture
def jailed() -> Iterator[Jailed]:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", str(CHILD), str(os.getpid()), str(theirs.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
            )
            inode = os.fstat(theirs.fileno()).st_ino
        with process:
            yield Jailed(process=process, end=ours, inode=inode)


def test_network_and_programs_are_refused_while_libraries_can_still_be_read(jailed: Jailed) -> None:
    first = jailed.said()
    assert first == {"network_is_refused": True, "program": "PermissionError", "can_still_read": True}
    jailed.go()
    jailed.go()


def test_nothing_is_left_but_the_socket_that_it_was_given(jailed: Jailed) -> None:
    jailed.said()
    confinement = Confinement.from_json(jailed.said()["confinement"])
    descriptors, sockets = open_descriptors(jailed.process.pid), sockets_of(jailed.process.pid)
    has_own_namespaces = namespaces_differ(jailed.process.pid) is True
    jailed.go()
    last = jailed.said()
    proof = prove_process(jailed.process.pid, READER_FILTERS, has_own_namespaces=has_own_namespaces)
    jailed.end.sendall(b"words")
    assert jailed.end.recv(100) == b"words"
    jailed.go()
    probes = tuple(Probe(**each) for each in last["probes"])
    report = judge(confinement, proof, probes, datetime.now(UTC))
    assert (last["finished"], proof.failures) == (0, ())
    assert {each.name for each in probes if each.blocked} == ENGINE_PROBES
    assert report.level == best_level() > JailLevel.L0
    assert descriptors is not None
    assert [target for target in descriptors.values() if target.startswith("socket:")] == [f"socket:[{jailed.inode}]"]
    assert sockets is not None
    assert (sockets.unix, sockets.internet, sockets.netlink, sockets.other) == (1, 0, 0, 0)

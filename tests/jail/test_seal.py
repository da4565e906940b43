"""A sealed core goes on working and has no way out. The same core, not sealed, shows that each way out is real."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from person import ORDINARY_ID, PATIENCE_SECONDS, Person

from aspen.core.isolation import Probe
from aspen.jail.confinement import Confinement
from aspen.jail.landlock import kernel_abi
from aspen.jail.proof import prove_process
from aspen.jail.seal import SEAL_FILTERS, SEAL_PROBES

LARGE_BYTES = 3_000_000
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
    # the parent is root's when the core is an ordinary user's
    "pidfd_getfd of parent",
    "ptrace of parent",
    "process_vm_readv of parent",
    "open memory of parent",
    "signal parent",
}
ATTACKS_BY_CALL = (
    "new socket",
    "connect",
    "recycle by connect",
    "descriptors from elsewhere",
    "exec",
    "fork",
    "socket in a new thread",
    "recycle by Fast Open",
)
ATTACKS_BY_FILE = (
    "append",
    "rename",
    "link out",
    "remove",
    "create",
    "parent's memory",
    "file in a new thread",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    process: subprocess.Popen[str]
    channel: socket.socket
    folder: Path
    forbidden: Path
    told: Any

    @property
    def probes(self) -> dict[str, Probe]:
        return {answer["name"]: Probe(**answer) for answer in self.told["probes"]}


@contextmanager
def _core(person: Person, state: str) -> Generator[Core]:
    folder = person.make_folder("writable")
    forbidden = person.make_folder("home") / ".bashrc"
    forbidden.write_text("alias", "ascii")
    if person.user_id is not None:
        os.chown(forbidden, person.user_id, person.user_id)
    ours, theirs = socket.socketpair()
    words = ("sealed_core.py", state, theirs.fileno(), folder, forbidden)
    with ours, theirs, person.start(*words, pass_fds=(theirs.fileno(),)) as process:
        theirs.close()
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield Core(process=process, channel=ours, folder=folder, forbidden=forbidden, told=json.loads(line))
        _, errors = process.communicate("done\n", timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert state == "free" or errors == ""


def _echo(connection: socket.socket, text: bytes) -> bytes:
    with connection:
        connection.sendall(len(text).to_bytes(4, "big") + text)
        parts: list[bytes] = []
        while part := connection.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def test_a_sealed_core_goes_on_working(person: Person) -> None:
    with _core(person, "sealed") as core:
        assert core.told["work"] == {"rows": 2, "header": "SQLite", "late": "a", "final": "te"}
        text = os.urandom(LARGE_BYTES)
        assert _echo(socket.create_connection(("127.0.0.1", core.told["port"])), text) == text
        by_path = socket.socket(socket.AF_UNIX)
        by_path.connect(str(core.folder / "core.sock"))
        assert _echo(by_path, text) == text


def test_a_sealed_core_takes_descriptors_at_its_channel(person: Person) -> None:
    with _core(person, "sealed") as core:
        reading, writing = os.pipe()
        os.write(writing, b"through the channel")
        os.close(writing)
        socket.send_fds(core.channel, [b"one"], [reading])
        os.close(reading)
        assert core.channel.recv(64) == b"through the channel"


def test_every_way_out_of_a_sealed_core_is_refused(person: Person) -> None:
    with _core(person, "sealed") as core:
        assert set(core.probes) == SEAL_PROBES
        assert [name for name, probe in core.probes.items() if not probe.blocked] == []
        attacks = core.told["attacks"]
        assert {name: attacks[name] for name in ATTACKS_BY_CALL} == dict.fromkeys(ATTACKS_BY_CALL, errno.EPERM)
        assert {name: attacks[name] for name in ATTACKS_BY_FILE} == dict.fromkeys(ATTACKS_BY_FILE, errno.EACCES)
        assert core.forbidden.read_text("ascii") == "alias"
        assert [path.name for path in core.forbidden.parent.iterdir()] == [".bashrc"]


def test_the_parent_proves_the_seal(person: Person) -> None:
    with _core(person, "sealed") as core:
        confinement = Confinement.from_json(core.told["confinement"])
        assert confinement.landlock_abi == kernel_abi()
        assert (confinement.landlock_error, confinement.seccomp_error, confinement.capabilities_error) == (0, 0, 0)
        proof = prove_process(core.process.pid, SEAL_FILTERS)
        assert proof.failures == ()
        assert proof.threads > 1


def test_without_a_seal_every_way_out_is_open(person: Person) -> None:
    with _core(person, "free") as core:
        blocked = {name for name, probe in core.probes.items() if probe.blocked}
        assert blocked <= DEPENDS_ON_THE_SYSTEM
        attacks = core.told["attacks"]
        assert {name for name, error in attacks.items() if error == 0} >= {
            "new socket",
            "connect",
            "recycle by connect",
            "recycle by Fast Open",
            "exec",
            "fork",
            "append",
            "rename",
            "link out",
            "create",
            "socket in a new thread",
        }
        assert not prove_process(core.process.pid, SEAL_FILTERS).holds


def test_a_thread_that_was_running_is_reported_as_free_of_the_file_wall(me: Person) -> None:
    told = json.loads(me.ask("inside.py", "seal_with_a_running_thread", me.home))
    assert (told["landlock_error"], told["seccomp_error"]) == (errno.EBUSY, 0)


def test_a_sealed_core_leaves_no_copy_of_its_memory(me: Person) -> None:
    told = json.loads(me.ask("inside.py", "seal_with_a_running_thread", me.home))
    assert (told["dumpable"], told["core"]) == (0, [0, 0])


def test_root_keeps_its_rights_where_a_folder_is_somebody_elses(me: Person) -> None:
    folder = me.home / "theirs"
    folder.mkdir()
    try:
        os.chown(folder, ORDINARY_ID, ORDINARY_ID)
    except OSError:
        pytest.skip("only root can give a folder away")
    if folder.stat().st_uid == os.geteuid():
        pytest.skip("the folder is still one's own")
    told = json.loads(me.ask("inside.py", "seal_with_a_running_thread", folder))
    assert told["capabilities_error"] == errno.EPERM

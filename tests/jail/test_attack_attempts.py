"""Hostile code outside of any jail succeeds: an attack that is refused everywhere would prove nothing of a jail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from aspen.jail.attack_attempts import CORE, ENGINE, Targets
from aspen.jail.attack_files import FOLDERS_IN_HOME
from aspen.jail.attack_memory import SharedMemory, State
from aspen.jail.system_calls import this_architecture

PACKAGES = Path(__file__).parents[2] / "src"
UNSEALED = """
import json, os, sys
from aspen.jail.attack_attempts import Targets, attack
from aspen.jail.attack_network import enter_counted_network, sent_packets
network = enter_counted_network()
if not network.is_counted:
    print(json.dumps({"error": network.error}))
    sys.exit()
if os.fork() == 0:
    # A child, since one of the attempts succeeds in leaving for another network.
    targets = json.loads(sys.argv[1])
    tried = attack(Targets.from_json({**targets, "interface": network.way_out_index}))
    print(json.dumps(tried), flush=True)
    os._exit(0)
os.wait()
print(json.dumps({"packets": sent_packets(), "way_out": network.way_out}))
"""
NEEDS_NO_RIGHTS = {
    *("TCP to 192.0.2.1:443", "UDP to 192.0.2.1:443", "DNS question to 192.0.2.53", "open a socket in a new thread"),
    *("Unix path connect", "socketpair", "SCM_RIGHTS receive", "fork by clone", "exec", "start /bin/sh"),
    *(
        "write ~/.bashrc",
        "write ~/.config/autostart/aspen-probe.desktop",
        "write into the ledger",
        "create a file in /tmp",
    ),
    *("write the ledger's head", "move the ledger away", "cut the ledger off", "a symbolic link in your home"),
    *("read /etc/passwd", "list your home", "signal the launcher", "read Aspen's state/gate/vault/secrets.json"),
    *(
        "namespaces of its own (unshare)",
        "another personality (personality)",
        "become dumpable",
        "outlive the launcher",
    ),
    *(
        "approve its own preview at the gate (/nowhere/gate.sock)",
        "the kernel's keys (keyctl)",
        "shared memory (shmget)",
    ),
}

if this_architecture() is None:
    pytest.skip("no table of system calls for this machine", allow_module_level=True)


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    root = tmp_path_factory.mktemp("attacked")
    for folder in (*FOLDERS_IN_HOME, "state/gate/vault", "config", "data", "cache"):
        (root / folder).mkdir(parents=True)
    for name in (".bashrc", "state/gate/ledger.sqlite", "state/gate/head", "state/gate/connections.json"):
        (root / name).write_text("x", "ascii")
    (root / "state/gate/vault/secrets.json").write_text("{}", "ascii")
    (root / "data/store.sqlite").write_text("x", "ascii")
    return Targets(
        role=ENGINE,
        home=str(root),
        aspen=str(root),
        runtime="/nowhere",
        interface=1,
        processes={"launcher": os.getpid()},
    )


@pytest.fixture(scope="module")
def unsealed(targets: Targets) -> dict[str, Any]:
    told = _run(targets)
    if "error" in told:
        pytest.skip(f"no network of one's own here: errno {told['error']}")
    return told


def _run(targets: Targets) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", UNSEALED, json.dumps(asdict(targets))],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        timeout=60,
    )
    *tried, told = map(json.loads, done.stdout.splitlines())
    return {**told, "tried": tried[-1] if tried else []}


def test_without_walls_what_needs_no_rights_succeeds(unsealed: dict[str, Any]) -> None:
    open_ones = {tried["name"] for tried in unsealed["tried"] if not tried["blocked"]}
    assert NEEDS_NO_RIGHTS - open_ones == set()


def test_without_walls_packets_leave_and_are_counted(unsealed: dict[str, Any]) -> None:
    assert sum(unsealed["packets"].values()) >= 10
    assert unsealed["packets"][unsealed["way_out"]] >= 10


def test_an_attack_that_succeeds_leaves_everything_as_it_was(unsealed: dict[str, Any], targets: Targets) -> None:
    assert unsealed["tried"]
    root = Path(targets.aspen)
    assert (root / "state/gate/ledger.sqlite").read_text("ascii") == "x"
    assert (root / ".bashrc").read_text("ascii") == "x"
    assert [path for path in root.rglob("*") if "aspen-probe" in path.name or path.name == "moved"] == []


def test_every_attempt_has_a_name_of_its_own(unsealed: dict[str, Any]) -> None:
    named = [(tried["group"], tried["name"]) for tried in unsealed["tried"]]
    doubled = {name for name in named if named.count(name) > 1}
    assert doubled <= {("Ways out", "TCP Fast Open by sendmsg")}, "tried to a stranger and to this machine"


def test_the_core_is_told_why_it_may_do_something(targets: Targets) -> None:
    told = _run(replace(targets, role=CORE))
    if "error" in told:
        pytest.skip(f"no network of one's own here: errno {told['error']}")
    assert {tried["name"] for tried in told["tried"] if tried["why_open"]} >= {"read /etc/passwd", "change a mode"}
    assert "What only an engine may not" not in {tried["group"] for tried in told["tried"]}


def _descriptors() -> set[str]:
    return {link.name for link in Path("/proc/self/fd").iterdir()}


def test_two_ends_of_shared_memory_see_the_same(tmp_path: Path) -> None:
    ours, theirs = SharedMemory(tmp_path / "memory"), SharedMemory(tmp_path / "memory")
    assert theirs.state is State.NOTHING
    ours.write({"role": "core"}, State.ASKED)
    assert (theirs.state, theirs.read()) == (State.ASKED, {"role": "core"})
    assert not ours.wait_for_answer(0.01)
    theirs.write(["tried"], State.ANSWERED)
    assert ours.wait_for_answer(0.01)
    assert ours.read() == ["tried"]


def test_shared_memory_holds_no_descriptor_and_refuses_what_does_not_fit(tmp_path: Path) -> None:
    before = _descriptors()
    memory = SharedMemory(tmp_path / "memory")
    assert _descriptors() == before
    with pytest.raises(ValueError, match="do not fit"):
        memory.write("x" * (1 << 20), State.ASKED)
    assert memory.state is State.NOTHING


def test_a_place_that_cannot_be_written_is_no_shared_memory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SharedMemory(tmp_path / "missing" / "memory")

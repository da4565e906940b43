from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.core.isolation import JailLevel, Probe
from aspen.jail.confinement import Confinement
from aspen.jail.probes import ENGINE_PROBES, READ_MODEL
from aspen.jail.proof import Proof, judge, open_descriptors, prove_process
from aspen.jail.seal import SEAL_PROBES

NOW = datetime(2026, 1, 2, 10, 41, tzinfo=UTC)
FULL = Confinement(
    architecture="x86_64",
    namespaces_error=0,
    landlock_abi=7,
    landlock_error=0,
    seccomp_error=0,
    capabilities_error=0,
)
PROVEN = Proof(pid=1, threads=3, has_own_namespaces=True, failures=())
NO_NAMESPACE = replace(PROVEN, has_own_namespaces=False)


def _probes(*still_open: str, names: frozenset[str] = ENGINE_PROBES) -> tuple[Probe, ...]:
    model = Probe(name=READ_MODEL, blocked=False)
    return (model, *(Probe(name=name, blocked=name not in still_open) for name in sorted(names)))


def test_all_walls_are_the_highest_level() -> None:
    report = judge(FULL, PROVEN, _probes(), NOW)
    assert (report.level, report.missing) == (JailLevel.L3, ())
    assert report.sentence.startswith("Sealed")


def test_without_namespaces_the_second_wall_is_named() -> None:
    report = judge(FULL, NO_NAMESPACE, _probes(), NOW)
    assert (report.level, report.missing) == (JailLevel.L2, ("no empty network namespace",))


def test_what_the_child_says_of_its_namespaces_does_not_count() -> None:
    assert judge(FULL, NO_NAMESPACE, _probes(), NOW).level == JailLevel.L2


@pytest.mark.parametrize("name", ["read system file", "list home", "write temp"])
def test_one_open_file_probe_is_a_missing_wall(name: str) -> None:
    report = judge(FULL, PROVEN, _probes(name), NOW)
    assert (report.level, report.missing) == (JailLevel.L1, ("files are not walled off",))


@pytest.mark.parametrize("name", ["UDP send", "Unix path connect", "SCM_RIGHTS receive"])
def test_one_open_network_probe_is_a_missing_wall(name: str) -> None:
    report = judge(FULL, PROVEN, _probes(name), NOW)
    assert (report.level, report.missing) == (JailLevel.L1, ("the network is not walled off",))


def test_one_open_process_probe_is_a_missing_wall() -> None:
    report = judge(FULL, PROVEN, _probes("ptrace of parent"), NOW)
    assert (report.level, report.missing) == (JailLevel.L1, ("other processes are not walled off",))


def test_open_files_and_an_open_network_are_no_jail() -> None:
    report = judge(FULL, PROVEN, _probes("read system file", "UDP send"), NOW)
    assert report.level == JailLevel.L0
    assert report.missing == ("files are not walled off", "the network is not walled off")


def test_a_probe_that_was_not_answered_counts_as_open() -> None:
    answers = tuple(probe for probe in _probes() if probe.name != "vsock socket")
    assert judge(FULL, PROVEN, answers, NOW).missing == ("the network is not walled off",)
    assert judge(FULL, PROVEN, (), NOW).level == JailLevel.L0


def test_a_probe_that_nobody_expected_and_that_is_open_counts() -> None:
    report = judge(FULL, PROVEN, (*_probes(), Probe(name="quantum tunnel", blocked=False)), NOW)
    assert (report.level, report.missing) == (JailLevel.L1, ("not refused: quantum tunnel",))


def test_a_failed_proof_is_no_jail_whatever_the_probes_say() -> None:
    failed = replace(PROVEN, failures=("no system call filter",))
    report = judge(FULL, failed, _probes(), NOW)
    assert (report.level, report.missing) == (JailLevel.L0, ("no system call filter",))


def test_a_landlock_that_leaves_threads_free_is_none() -> None:
    report = judge(replace(FULL, landlock_error=16), PROVEN, _probes(), NOW)
    assert (report.level, report.missing) == (JailLevel.L1, ("files are not walled off",))


def test_devices_lower_the_level_and_are_named() -> None:
    report = judge(replace(FULL, devices=("/dev/nvidia0",)), PROVEN, _probes(), NOW)
    assert report.level == JailLevel.L2
    assert report.missing == ("the graphics driver is within reach (/dev/nvidia0)",)


def test_a_sealed_core_is_judged_by_its_own_probes() -> None:
    answers = _probes(names=SEAL_PROBES)[1:]
    report = judge(FULL, NO_NAMESPACE, answers, NOW, expected=SEAL_PROBES, wants_namespaces=False)
    assert (report.level, report.missing) == (JailLevel.L2, ())
    assert report.sentence.startswith("Sealed (checked ")
    assert judge(FULL, NO_NAMESPACE, answers, NOW).level == JailLevel.L1
    opened = _probes("write a forbidden file", names=SEAL_PROBES)[1:]
    assert judge(FULL, NO_NAMESPACE, opened, NOW, expected=SEAL_PROBES).missing == (
        "files are not walled off",
        "no empty network namespace",
    )


CONFINED = {"NoNewPrivs": "1", "Seccomp": "2", "Seccomp_filters": "3", "CapEff": "0000000000000000"}


def _proc(root: Path, *threads: dict[str, str], own_filters: int = 1) -> Path:
    """A /proc of files, with this process and process 7 in it."""
    places = {root / "self": {"Seccomp_filters": str(own_filters)}, root / "7": threads[0]}
    for number, thread in enumerate(threads):
        places[root / "7" / "task" / str(7 + number)] = thread
    for place, status in places.items():
        place.mkdir(parents=True, exist_ok=True)
        (place / "status").write_text("".join(f"{name}:\t{value}\n" for name, value in status.items()), "ascii")
    return root


def test_a_confined_process_is_proven_on_top_of_the_readers_own_filters(tmp_path: Path) -> None:
    proof = prove_process(7, 2, proc=_proc(tmp_path, CONFINED, CONFINED))
    assert (proof.failures, proof.threads) == ((), 2)
    assert prove_process(7, 3, proc=tmp_path).failures == ("3 of 4 system call filters",)


@pytest.mark.parametrize(
    ("name", "value", "failure"),
    [
        ("NoNewPrivs", "0", "new privileges are possible"),
        ("Seccomp", "0", "no system call filter"),
        ("Seccomp", "1", "no system call filter"),
        ("Seccomp_filters", "2", "2 of 3 system call filters"),
        ("Seccomp_filters", "", "0 of 3 system call filters"),
        ("CapEff", "0000000000200000", "capabilities are left"),
    ],
)
def test_one_thread_that_is_not_confined_fails_the_proof(tmp_path: Path, name: str, value: str, failure: str) -> None:
    free = {**CONFINED, name: value}
    assert prove_process(7, 2, proc=_proc(tmp_path, CONFINED, CONFINED, free)).failures == (failure,)


def test_a_free_process_is_not_called_jailed() -> None:
    proof = prove_process(os.getpid(), 1)
    assert not proof.holds
    assert "new privileges are possible" in proof.failures


def test_a_process_that_is_gone_is_not_called_jailed() -> None:
    no_such_process = 2**22 + 1
    assert prove_process(no_such_process, 0).failures == ("the process cannot be examined",)
    assert open_descriptors(no_such_process) is None


def test_the_own_descriptors_are_seen_with_their_targets() -> None:
    reading, writing = os.pipe()
    try:
        descriptors = open_descriptors(os.getpid())
        assert descriptors is not None
        assert descriptors[reading] == descriptors[writing]
        assert descriptors[reading].startswith("pipe:")
    finally:
        os.close(reading)
        os.close(writing)

"""Prove from outside what confines a process, and compute the honest level from that proof and its probes.

Used by the parent. What the child says of itself only explains a missing wall; it never raises the level. Landlock
leaves no trace in /proc, so it is believed for the files that probes could not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aspen.core.isolation import JailLevel, JailReport, Probe
from aspen.jail.confinement import Confinement
from aspen.jail.probes import ENGINE_PROBES, FILE_PROBES, NETWORK_PROBES, PROCESS_PROBES, READ_MODEL

_PROC = Path("/proc")
_EMPTY_NAMESPACES = ("net", "ipc", "uts")
_SECCOMP_BY_FILTER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What /proc says of every thread. `failures` has one plain sentence for each thing that is not as it must be."""

    pid: int
    threads: int
    has_own_namespaces: bool
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.failures


def prove_process(pid: int, expected_filters: int, *, has_own_namespaces: bool = False, proc: Path = _PROC) -> Proof:
    """Read the state of the process and of each of its threads; works for a same-user parent at any time.

    `expected_filters` come on top of the reader's own, which a child inherits (containers start with one).
    `has_own_namespaces` is what `namespaces_differ` answered before the process hid itself.
    """
    own_filters = _number(_status(proc / "self" / "status"), "Seccomp_filters")
    folder = proc / str(pid)
    statuses = [status for path in (folder / "status", *_tasks(folder)) if (status := _status(path))]
    failures = {failure for status in statuses for failure in _failures(status, own_filters + expected_filters)}
    return Proof(
        pid=pid,
        threads=len(statuses) - 1,
        has_own_namespaces=has_own_namespaces,
        failures=tuple(sorted(failures)) if len(statuses) > 1 else ("the process cannot be examined",),
    )


def _tasks(folder: Path) -> list[Path]:
    try:
        return [task / "status" for task in (folder / "task").iterdir()]
    except OSError:
        return []


def _status(path: Path) -> Mapping[str, str]:
    """The lines of a status file; empty for a thread that has ended meanwhile."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def _number(status: Mapping[str, str], name: str, numeral_base: int = 10) -> int:
    try:
        return int(status[name], numeral_base)
    except (KeyError, ValueError):
        return 0


def _failures(status: Mapping[str, str], least_filters: int) -> Iterator[str]:
    if _number(status, "NoNewPrivs") != 1:
        yield "new privileges are possible"
    if _number(status, "Seccomp") != _SECCOMP_BY_FILTER:
        yield "no system call filter"
    elif (found := _number(status, "Seccomp_filters")) < least_filters:
        yield f"{found} of {least_filters} system call filters"
    if status.get("CapEff", "").strip("0"):
        yield "capabilities are left"


def namespaces_differ(pid: int) -> bool | None:
    """Whether the process has network, IPC and host-name namespaces of its own. None: it cannot be seen (any more)."""
    try:
        return all(
            (_PROC / str(pid) / "ns" / name).stat().st_ino != (_PROC / "self" / "ns" / name).stat().st_ino
            for name in _EMPTY_NAMESPACES
        )
    except OSError:
        return None


def open_descriptors(pid: int) -> Mapping[int, str] | None:
    """The targets of the process's descriptors, such as `pipe:[17]`. None: they cannot be seen (any more)."""
    folder = _PROC / str(pid) / "fd"
    descriptors: dict[int, str] = {}
    try:
        links = list(folder.iterdir())
    except OSError:
        return None
    for link in links:
        try:
            descriptors[int(link.name)] = str(link.readlink())
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return descriptors


def judge(
    confinement: Confinement,
    proof: Proof,
    probes: Iterable[Probe],
    checked_at: datetime,
    expected: frozenset[str] = ENGINE_PROBES,
    *,
    wants_namespaces: bool = True,
) -> JailReport:
    """Compute the level. A probe that was expected and is not among the answers counts as open.

    L0 when the proof fails, or when neither files nor network are walled off. `missing` names each gap in words.
    The child's word is taken where it lowers the level: a Landlock that does not bind all threads is none.
    `wants_namespaces` is false for the core, whose seal does without: L2 is all it can have, and nothing is missing.
    """
    answers = tuple(probes)
    blocked = {probe.name for probe in answers if probe.blocked}
    seen_open = {probe.name for probe in answers if not probe.blocked} - {READ_MODEL}
    gaps = (expected - blocked) | seen_open
    if not confinement.has_landlock:
        gaps |= FILE_PROBES
    level = _level(proof, gaps, has_devices=bool(confinement.devices))
    return JailReport(
        level=level,
        checked_at=checked_at,
        missing=tuple(_missing(confinement, proof, gaps, wants_namespaces=wants_namespaces)),
        probes=answers,
    )


def _level(proof: Proof, gaps: frozenset[str], *, has_devices: bool) -> JailLevel:
    if not proof.holds:
        return JailLevel.L0
    files_are_open = not gaps.isdisjoint(FILE_PROBES)
    calls_are_open = bool(gaps - FILE_PROBES)
    match (files_are_open, calls_are_open):
        case (True, True):
            return JailLevel.L0
        case (False, False):
            full = proof.has_own_namespaces and not has_devices
            return JailLevel.L3 if full else JailLevel.L2
        case _:
            return JailLevel.L1


def _missing(confinement: Confinement, proof: Proof, gaps: frozenset[str], *, wants_namespaces: bool) -> Iterator[str]:
    yield from proof.failures
    for words, names in (
        ("files are not walled off", FILE_PROBES),
        ("the network is not walled off", NETWORK_PROBES),
        ("other processes are not walled off", PROCESS_PROBES),
    ):
        if gaps & names:
            yield words
    if found := sorted(gaps - FILE_PROBES - NETWORK_PROBES - PROCESS_PROBES):
        yield f"not refused: {', '.join(found)}"
    if wants_namespaces and not proof.has_own_namespaces:
        yield "no empty network namespace"
    if confinement.devices:
        yield f"the graphics driver is within reach ({', '.join(confinement.devices)})"

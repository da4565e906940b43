"""Everything that `aspen prove` asks and looks at, in order, and what of it does not hold."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from aspen.channel.process_state import ProcessState, descendants_of, own_filters
from aspen.cli.commanding import Reach, command
from aspen.cli.leaving.gate_session import gate_command
from aspen.cli.proving.blind_spots import Surroundings, blind_spots
from aspen.cli.proving.kinds import Kind, gaps, kind_of
from aspen.cli.proving.ledger_search import Recorded, look_for, newest_entry
from aspen.cli.reading import Json, count, mapping, objects, text, texts
from aspen.core.errors import AspenError, LedgerBroken, NotRecorded, NotSealed, ServiceStopped, StaysHere
from aspen.window.opening import running_window
from aspen.window.state import WindowState, measure

_Result = TypeVar("_Result")

_CANARY_BYTES = 16
_LEAST_LEVELS = {"L2", "L3"}
_WITH_NAMESPACES = {"engine", "reader"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that does not hold, by the error that it would be elsewhere."""

    kind: type[AspenError]
    sentence: str

    def to_json(self) -> dict[str, object]:
        return {"code": self.kind.code, "sentence": self.sentence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was told and seen. `family` is every process under the launcher, itself included.

    `recorded` is None where the ledger cannot be read: it is broken then, and takes no entries. `window` is None where
    none is open.
    """

    told: Json
    walls: Json
    ledger: Json
    recorded: Recorded | None
    family: tuple[ProcessState, ...]
    seconds: float
    window: WindowState | None = None


def look(reach: Reach) -> dict[str, object]:
    """Do all of it: about a second, and the loading of an engine where none runs. Returns the object of `--json`.

    Raises what keeps service or gate from starting.
    """
    began, canary = time.monotonic(), secrets.token_hex(_CANARY_BYTES)
    ledger = _verified(reach)
    since = _readable(lambda: newest_entry(reach)) or 0
    told = command("prove", {"canary": canary}, reach=reach)
    walls = gate_command("prove", reach=reach)
    model = text(mapping(told, "canary"), "model")
    seen = Seen(
        told=told,
        walls=walls,
        ledger=ledger,
        recorded=_readable(lambda: look_for(canary, model, since, reach)),
        family=descendants_of(count(told, "launcher_pid")),
        window=_window(reach),
        seconds=round(time.monotonic() - began, 2),
    )
    return outcome_of(seen)


def _window(reach: Reach) -> WindowState | None:
    """Look at the window that is open; one that is closed in this very moment is none."""
    with reach() as session:
        runtime = session.folder
    try:
        told = running_window(runtime)
    except ServiceStopped:
        return None
    return None if told is None else measure(told)


def _verified(reach: Reach) -> Json:
    """Have the ledger checked. One that cannot even be opened is broken, and nothing else ends with it."""
    try:
        return gate_command("ledger_verify", reach=reach)
    except (LedgerBroken, NotRecorded) as error:
        return {"is_whole": False, "problems": [{"sentence": error.sentence}]}


def _readable(read: Callable[[], _Result]) -> _Result | None:
    """Read the ledger; None where it is broken, which `_verified` has found already."""
    try:
        return read()
    except (LedgerBroken, NotRecorded):
        return None


def outcome_of(seen: Seen) -> dict[str, object]:
    """Judge what was seen, and return the object of `--json`."""
    failures = list(_failures(seen))
    around = Surroundings(told=seen.told, walls=mapping(seen.walls, "confinement"), ledger=seen.ledger)
    return {
        "schema": 1,
        "holds": not failures,
        "failures": [failure.to_json() for failure in failures],
        "seconds": seen.seconds,
        "processes": list(_processes(seen)),
        "trial": seen.told.get("trial"),
        "window": None if seen.window is None else json.loads(json.dumps(asdict(seen.window))),
        "canary": {**mapping(seen.told, "canary"), "recorded": seen.recorded and asdict(seen.recorded)},
        "ledger": seen.ledger,
        "cannot_see": blind_spots(around),
    }


def _failures(seen: Seen) -> Iterator[Failure]:
    yield from (Failure(kind=NotSealed, sentence=sentence) for sentence in _open_walls(seen))
    yield from (Failure(kind=StaysHere, sentence=sentence) for sentence in _leaks(seen))
    for problem in objects(seen.ledger, "problems"):
        yield Failure(kind=LedgerBroken, sentence=f"The ledger: {text(problem, 'sentence')}")
    for problem in objects(seen.told, "problems"):
        yield Failure(kind=NotSealed, sentence=f"No engine could be tried: {text(problem, 'sentence')}")


def _open_walls(seen: Seen) -> Iterator[str]:
    family = {state.pid: state for state in seen.family}
    if not family:
        yield "The launcher is not there to be looked at."
    own = own_filters()
    for state in seen.family:
        kind = kind_of(state, family)
        if kind is None:
            yield f"Process {state.pid} is a program that Aspen does not start: {state.module or 'nameless'}."
            continue
        yield from (f"The {kind.name} (process {state.pid}): {gap}." for gap in gaps(state, kind, own))
    yield from () if seen.window is None else (f"The window: {gap}." for gap in seen.window.gaps)
    for name, report in _reports(seen):
        yield from (f"The {name} could: {text(probe, 'name')} ({text(probe, 'detail')})." for probe in _open(report))
        if name != "gate" and text(report, "level") not in _LEAST_LEVELS:
            yield f"The {name} is at level {text(report, 'level')}: {', '.join(texts(report, 'missing'))}."
    walls = mapping(seen.walls, "confinement")
    if count(walls, "landlock_abi") == 0 or count(walls, "landlock_error") != 0:
        yield f"The gate: {text(walls, 'sentence')}."


def _leaks(seen: Seen) -> Iterator[str]:
    tried, recorded = mapping(seen.told, "canary"), seen.recorded
    yield from texts(tried, "left")
    if recorded is None:
        return
    yield from (f"Entry {number} of the ledger says that a canary was sent." for number in recorded.sent)
    yield from (f"A canary stands in entry {number} of the ledger." for number in recorded.found_in)
    for verdict, found in (("refused", recorded.refused), ("blocked", recorded.blocked)):
        if found != count(tried, verdict):
            yield f"{count(tried, verdict)} canaries were {verdict}, and the ledger has {found}."


def _reports(seen: Seen) -> Iterator[tuple[str, Json]]:
    """Who tried what from inside, with the name that people read."""
    yield "core", mapping(seen.told, "core")
    yield from (("engine", engine) for engine in objects(seen.told, "engines"))
    yield from (("reader", reader) for reader in objects(seen.told, "readers"))
    if trial := mapping(seen.told, "trial"):
        yield "engine without a model", trial
    yield "gate", seen.walls


def _open(report: Json) -> Iterable[Json]:
    return (each for each in objects(report, "probes") if not each.get("blocked") and not each.get("must_be_open"))


def _processes(seen: Seen) -> Iterator[dict[str, object]]:
    family = {state.pid: state for state in seen.family}
    told = {count(report, "pid"): report for _, report in _reports(seen) if report.get("pid")}
    for state in seen.family:
        kind = kind_of(state, family)
        yield {
            "name": "unknown" if kind is None else kind.name,
            "pid": state.pid,
            "may": "" if kind is None else kind.may,
            "kernel": asdict(state),
            **_from_inside(state, kind, told.get(state.pid, {}), seen.walls),
        }


def _from_inside(state: ProcessState, kind: Kind | None, report: Json, walls: Json) -> Mapping[str, object]:
    """What it says of itself, beside what the kernel does. Engines and readers are given namespaces of their own."""
    if kind is not None and kind.name == "gate":
        return {"sentence": text(mapping(walls, "confinement"), "sentence"), "probes": objects(walls, "probes")}
    own_network = state.has_own_network
    if kind is not None and kind.name in _WITH_NAMESPACES and own_network is None:
        own_network = "no empty network namespace" not in texts(report, "missing")
    return {
        "model": report.get("name"),
        "level": report.get("level"),
        "sentence": report.get("sentence"),
        "missing": texts(report, "missing"),
        "has_own_network": own_network,
        "sockets": report.get("sockets") or (None if state.sockets is None else asdict(state.sockets)),
        "probes": objects(report, "probes"),
    }

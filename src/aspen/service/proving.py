"""`prove`, the core's part: it tries every way out now, has each engine do the same, and lets canaries fly.

What it says of itself is no proof: the command looks at every process from outside, and asks gate and ledger itself.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import cast

from aspen.channel.framing import Frame
from aspen.channel.process_state import sockets_of
from aspen.cloud.gate_client import GateClient
from aspen.core.errors import AspenError, EngineStopped, Misused, error_to_json
from aspen.core.isolation import JailReport, Probe, report_to_json, seal_to_json
from aspen.jail.probes import FILE_PROBES, NETWORK_PROBES, PROCESS_PROBES, READ_MODEL
from aspen.jail.seal import probe_seal
from aspen.local.engine_pool import LoadedEngine
from aspen.providers.provider_json import provider_from_json
from aspen.readers.kinds import DOCUMENTS, PEOPLE
from aspen.service.canaries import Canaries
from aspen.service.frames import progress_frame
from aspen.service.machine import machine_report
from aspen.service.preparing import prepare
from aspen.service.rules import policy_of
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SHORTEST_CANARY = 16
_GROUPS = (("network", NETWORK_PROBES), ("processes", PROCESS_PROBES), ("files", FILE_PROBES | {READ_MODEL}))


async def prove(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Try everything from inside; `canary` are the words that must not leave.

    Loads the default model where no engine runs, and where there is no model jails a child without one.
    """
    canary = arguments.get("canary")
    if not isinstance(canary, str) or len(canary) < _SHORTEST_CANARY:
        raise Misused(f"`canary` must be a text of at least {_SHORTEST_CANARY} letters.")
    trial: object = None
    problems: list[AspenError] = []
    async for frame in _load_one(workspace, problems):
        yield frame
    engines = [await _engine(workspace, engine) for engine in workspace.engines.loaded()]
    if not engines:
        trial = (await machine_report(workspace)).get("jail")
    tried = await _fly(workspace, canary)
    yield {
        "result": {
            "schema": 1,
            "launcher_pid": os.getppid(),
            "core": _core(workspace),
            "engines": [engine for engine in engines if engine],
            "readers": await _readers(workspace, problems),
            "trial": None if trial is None else _grouped(cast("Json", trial)),
            "canary": tried,
            "store_is_encrypted": (await workspace.store()).is_encrypted,
            "problems": [error_to_json(problem) for problem in problems],
        }
    }


async def _load_one(workspace: Workspace, problems: list[AspenError]) -> AsyncGenerator[Frame]:
    """Have one engine run. A model that cannot be loaded is told, and leaves the rest to be proven."""
    if workspace.engines.loaded():
        return
    try:
        chosen = workspace.choose(None)
        if chosen is None:
            return
        prepared = await prepare(workspace, chosen, None)
        async for progress in workspace.engines.load(prepared.card.name, prepared.spec):
            yield progress_frame(progress)
    except AspenError as error:
        problems.append(error)


async def _engine(workspace: Workspace, engine: LoadedEngine) -> Frame | None:
    try:
        report = await workspace.engines.prove(engine)
    except EngineStopped:  # it has just ended: there is nothing to be proven any more
        return None
    return {"name": engine.name, "pid": engine.pid, **_report(report)}


async def _readers(workspace: Workspace, problems: list[AspenError]) -> list[Frame]:
    """The readers that have been needed so far."""
    told: list[Frame] = []
    for name, reader in ((PEOPLE, workspace.people), (DOCUMENTS, workspace.documents)):
        try:
            proven = await reader.prove()
        except AspenError as error:
            problems.append(error)
            continue
        if proven is not None:
            told.append({"name": name, "pid": proven.pid, **_report(proven.report)})
    return told


def _core(workspace: Workspace) -> Frame:
    """Its seal as the launcher judged it at the start, every attempt anew, and the sockets that it holds."""
    probes = probe_seal(_channel(), Path.home() / ".bashrc")
    sockets = sockets_of("self")
    return {
        "pid": os.getpid(),
        **(seal_to_json(workspace.seal) if workspace.seal else {"level": "L0", "sentence": "", "missing": []}),
        "probes": list(map(_probe, probes)),
        "sockets": None if sockets is None else asdict(sockets),
    }


def _channel() -> int:
    """The wire to the launcher, by the number that this process was started with."""
    parser = ArgumentParser(add_help=False)
    parser.add_argument("--link", type=int, default=-1)
    return cast("int", parser.parse_known_args(sys.argv[1:])[0].link)


async def _fly(workspace: Workspace, canary: str) -> Frame:
    """Who is connected is the gate's own word. Prices are not looked up: what costs nothing passes every ceiling."""
    connect, policy = workspace.host.connect_gate, policy_of(workspace.folders.rules, workspace.home)
    status = await GateClient(connect, policy.version).status()
    rows = cast("list[object]", status["connected"])
    canaries = Canaries(
        canary=canary,
        connect=connect,
        policy=policy,
        providers=[provider_from_json(row, "The gate") for row in rows],
        is_airplane_mode=status["airplane"] is True,
    )
    return (await canaries.fly()).to_json()


def _report(report: JailReport) -> Frame:
    return _grouped(report_to_json(report))


def _grouped(report: Json) -> Frame:
    """A seal whose probes say what they are about."""
    told = cast("Iterable[Mapping[str, object]]", report.get("probes") or ())
    probes = (
        Probe(name=str(each["name"]), blocked=each["blocked"] is True, detail=str(each["detail"])) for each in told
    )
    return {**report, "probes": list(map(_probe, probes))}


def _probe(probe: Probe) -> Frame:
    group = next((group for group, names in _GROUPS if probe.name in names), "walls")
    return {**asdict(probe), "group": group, "must_be_open": probe.name == READ_MODEL}

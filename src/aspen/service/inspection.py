"""Commands that look at the service itself and at the machine: `ps`, `unload`, `doctor`. They change nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import cast

import aspen
from aspen.channel.framing import Frame
from aspen.core.errors import EngineStopped
from aspen.core.isolation import JailReport, report_to_json, seal_to_json
from aspen.local.engine_pool import LoadedEngine
from aspen.local.kernel_files import resident_bytes
from aspen.readers.kinds import DOCUMENTS, PEOPLE
from aspen.service.fitting import memory_bytes_per_second
from aspen.service.machine import machine_report
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def processes(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """Show the service, its seal, and the engines; each engine's threads are checked again, now."""
    engines: list[Frame] = []
    for engine in workspace.engines.loaded():
        with suppress(EngineStopped):  # it has just ended, and is not there to be shown
            engines.append(_engine_json(engine, await workspace.engines.prove(engine)))
    own = {
        "pid": os.getpid(),
        "launcher_pid": os.getppid(),
        "version": aspen.__version__,
        "uptime_seconds": round(time.monotonic() - workspace.started_at, 1),
        "seal": seal_to_json(workspace.seal) if workspace.seal else None,
    }
    yield {"result": {"schema": 1, "service": own, "engines": engines}}


async def unload(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """End the engines of one model."""
    name = str(arguments.get("name", ""))
    chosen = workspace.choose(name)
    names = {name} if chosen is None else {name, chosen.name}
    count = sum([await workspace.engines.unload(each) for each in sorted(names)])
    yield {"result": {"schema": 1, "unloaded": count}}


async def doctor(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """Report hardware, engine build, walls and stores; what must start a program runs in a process of its own."""
    report = await machine_report(workspace)
    remembered = await workspace.store()
    inventory = workspace.inventory()
    stores: dict[str, int] = {}
    for model in inventory.models:
        stores[model.store] = stores.get(model.store, 0) + 1
    yield {
        "result": {
            "schema": 1,
            "version": aspen.__version__,
            "hardware": _hardware_json(workspace, report),
            "engine": report.get("engine"),
            "jail": report.get("jail"),
            "core_seal": report_to_json(workspace.seal) if workspace.seal else None,
            "least_jail_level": _least_level(workspace, report),
            "remembered": {"path": str(remembered.path), "is_encrypted": remembered.is_encrypted},
            "readers": {
                PEOPLE: {"is_installed": workspace.people.is_installed},
                DOCUMENTS: {"is_installed": workspace.documents.is_installed},
            },
            "models": stores,
            "problems": [
                {"store": problem.store, "path": str(problem.path), "sentence": problem.sentence}
                for problem in inventory.problems
            ],
            "folders": {name: str(path) for name, path in asdict(workspace.folders).items()},
            "notes": report.get("notes") or [],
        }
    }


def _hardware_json(workspace: Workspace, report: Json) -> Frame:
    hardware = workspace.hardware()
    bandwidth = memory_bytes_per_second(hardware.usable_cores)
    return {
        **asdict(hardware),
        "gpus": report.get("gpus") or [],
        "instruction_sets": sorted(hardware.instruction_sets),
        "memory_bytes_per_second": round(bandwidth),
    }


def _least_level(workspace: Workspace, report: Json) -> str:
    wanted = workspace.settings.least_jail_level
    if wanted is not None:
        return wanted.name
    return str(cast("Json", report.get("jail") or {}).get("level", "L0"))


def _engine_json(engine: LoadedEngine, report: JailReport) -> Frame:
    return {
        "name": engine.name,
        "pid": engine.pid,
        "context_tokens": engine.spec.context_tokens,
        "slots": engine.spec.slots,
        "requests_in_flight": engine.requests_in_flight,
        "unloads_in_seconds": None if engine.unloads_in_seconds is None else round(engine.unloads_in_seconds, 1),
        "memory_bytes": resident_bytes(engine.pid),
        "jail": seal_to_json(report),
    }

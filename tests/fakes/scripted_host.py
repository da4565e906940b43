"""An engine host without processes: a start ends when the test says so."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import AspenError, EngineFailed, GateUnreachable
from aspen.core.isolation import JailLevel, JailReport
from aspen.local.engine_host import OnProgress, StartedEngine
from aspen.readers.reader_client import ProvenReader

REPORT = JailReport(level=JailLevel.L3, checked_at=datetime(2026, 11, 22, 10, 41, tzinfo=UTC))
API_KEY = "key"


async def _no_engine() -> socket.socket:
    raise AssertionError("this test connects to no engine")


@dataclass(slots=True, kw_only=True)
class ScriptedHost:
    """Implements `workspace.Host`. While `holds` is set, a start waits for `release`."""

    report: JailReport = REPORT
    best_level: JailLevel = JailLevel.L3
    pid: int = 4711
    progress: tuple[tuple[int, int], ...] = ()
    failure: AspenError | None = None
    holds: bool = False
    connecting: Callable[[], Awaitable[socket.socket]] = _no_engine
    reading: Callable[[], Awaitable[socket.socket]] | None = None
    readers: list[str] = field(default_factory=list[str])
    started: list[EngineSpec] = field(default_factory=list[EngineSpec])
    ids: list[str] = field(default_factory=list[str])
    stopped: list[str] = field(default_factory=list[str])
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, engine_id: str, spec: EngineSpec, on_progress: OnProgress) -> StartedEngine:
        self.started.append(spec)
        self.ids.append(engine_id)
        for done, total in self.progress:
            on_progress(done, total)
            await asyncio.sleep(0.15)
        if self.holds:
            await self.release.wait()
        if self.failure is not None:
            raise self.failure
        return StartedEngine(
            engine_id=engine_id, pid=self.pid, api_key=API_KEY, report=self.report, best_level=self.best_level
        )

    async def connect(self, engine_id: str) -> socket.socket:
        assert engine_id in self.ids
        return await self.connecting()

    async def prove(self, engine_id: str) -> JailReport:
        assert engine_id in self.ids
        return self.report

    async def stop(self, engine_id: str) -> None:
        self.stopped.append(engine_id)

    async def run_task(self, kind: str, task: Mapping[str, object]) -> AsyncGenerator[dict[str, object]]:
        """No task does anything; each is done at once."""
        yield {"event": "done", "kind": kind, "task": dict(task)}

    async def connect_gate(self) -> socket.socket:
        """There is no gate here."""
        raise GateUnreachable("There is no gate here.")

    async def connect_reader(self, kind: str) -> socket.socket:
        """There is no reader here, unless a test says how to connect to one."""
        self.readers.append(kind)
        if self.reading is None:
            raise EngineFailed("There is no reader here.")
        return await self.reading()

    async def prove_reader(self, kind: str) -> ProvenReader:
        assert kind in self.readers
        return ProvenReader(pid=self.pid, report=self.report, best_level=self.best_level)

    async def stop_reader(self, kind: str) -> None:
        self.stopped.append(kind)

    async def ask_vault(self, wanted: str, folder: Path) -> dict[str, object]:
        """There is no keyring here."""
        return {"event": "done", "wanted": wanted, "folder": str(folder), "key_hex": None}

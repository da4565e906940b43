"""Start jailed engines from this process, without the service around them: the `EngineHost` of the benchmarks."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from aspen.core.engine_spec import EngineSpec
from aspen.core.isolation import JailReport
from aspen.launcher.engine_process import RunningEngine, start_engine, stop_engine
from aspen.local.engine_host import OnProgress, StartedEngine


class DirectHost:
    """Implements `aspen.local.engine_host.EngineHost`; `engines` are those that run, by their id."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self.engines: dict[str, RunningEngine] = {}

    async def start(self, engine_id: str, spec: EngineSpec, on_progress: OnProgress) -> StartedEngine:
        """Start an engine; see `EngineHost`."""
        engine = await start_engine(spec, self._runtime, on_progress)
        self.engines[engine_id] = engine
        return StartedEngine(
            engine_id=engine_id,
            pid=engine.child.pid,
            api_key=engine.api_key,
            report=engine.report,
            best_level=engine.report.level,
        )

    async def connect(self, engine_id: str) -> socket.socket:
        """Return a connected socket."""
        connection = await asyncio.to_thread(self.engines[engine_id].connect)
        connection.setblocking(False)
        return connection

    async def prove(self, engine_id: str) -> JailReport:
        """Check the engine's threads again, now."""
        return await self.engines[engine_id].prove_again()

    async def stop(self, engine_id: str) -> None:
        """End an engine."""
        if (engine := self.engines.pop(engine_id, None)) is not None:
            await stop_engine(engine)

"""An engine host without a service between: starts real jailed engines from this process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import EngineStopped
from aspen.core.isolation import JailLevel, JailReport
from aspen.launcher.engine_process import RunningEngine, start_engine, stop_engine
from aspen.local.engine_host import OnProgress, StartedEngine


class DirectHost:
    """Implements `local.EngineHost`. `on_ended` is told the id of an engine that died by itself.

    `best_level` is what it claims of this system; None claims what each engine was proven to have.
    """

    def __init__(self, runtime: Path, best_level: JailLevel | None = None) -> None:
        self._runtime = runtime
        self._best_level = best_level
        self._watches: set[asyncio.Task[None]] = set()
        self.running: dict[str, RunningEngine] = {}
        self.starts = 0
        self.on_ended: Callable[[str], None] = _nobody_asks

    async def start(self, engine_id: str, spec: EngineSpec, on_progress: OnProgress) -> StartedEngine:
        self.starts += 1
        engine = await start_engine(spec, self._runtime, on_progress)
        self.running[engine_id] = engine
        watch = asyncio.create_task(self._watch(engine_id, engine))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return StartedEngine(
            engine_id=engine_id,
            pid=engine.child.pid,
            api_key=engine.api_key,
            report=engine.report,
            best_level=self._best_level or engine.report.level,
        )

    async def connect(self, engine_id: str) -> socket.socket:
        try:
            return self.running[engine_id].connect()
        except (KeyError, OSError):
            raise EngineStopped("The engine has ended.", hint="Ask again: it will be started anew.") from None

    async def prove(self, engine_id: str) -> JailReport:
        return await self.running[engine_id].prove_again()

    async def stop(self, engine_id: str) -> None:
        if (engine := self.running.pop(engine_id, None)) is not None:
            await stop_engine(engine)

    async def stop_all(self) -> None:
        """End every engine and wait until nothing of them is left."""
        for engine_id in list(self.running):
            await self.stop(engine_id)
        await asyncio.gather(*self._watches)

    def kill(self, engine_id: str) -> None:
        """End an engine the way the kernel does when memory runs out."""
        os.kill(self.running[engine_id].child.pid, signal.SIGKILL)

    async def _watch(self, engine_id: str, engine: RunningEngine) -> None:
        await engine.child.process.wait()
        if self.running.pop(engine_id, None) is not None:
            await stop_engine(engine)
            self.on_ended(engine_id)


class LaxHost(DirectHost):
    """Reports its engines as sealed to `level` only, with a wall missing."""

    def __init__(self, runtime: Path, level: JailLevel) -> None:
        super().__init__(runtime, best_level=JailLevel.L3)
        self._level = level

    async def start(self, engine_id: str, spec: EngineSpec, on_progress: OnProgress) -> StartedEngine:
        started = await super().start(engine_id, spec, on_progress)
        return replace(started, report=replace(started.report, level=self._level, missing=("a wall",)))


def _nobody_asks(engine_id: str) -> None:
    del engine_id

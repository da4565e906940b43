"""Loaded engines: one process for each spec, shared by all requests, unloaded when idle.

Decides when an engine starts and ends, never what it is asked.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex

from aspen.core.answer import Progress, Stage
from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import EngineStopped
from aspen.core.isolation import JailReport
from aspen.core.protocols import Clock
from aspen.local.engine_client import EngineClient
from aspen.local.engine_host import EngineHost, StartedEngine

_PROGRESS_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedEngine:
    """A snapshot for `aspen ps`. `unloads_in_seconds` is None while it is in use or kept for good."""

    name: str
    spec: EngineSpec
    pid: int
    report: JailReport
    requests_in_flight: int
    unloads_in_seconds: float | None


@dataclass(slots=True, kw_only=True)
class _Entry:
    name: str
    spec: EngineSpec
    engine_id: str
    starting: asyncio.Task[StartedEngine]
    keep_seconds: float
    last_used: float
    in_flight: int = 0
    done_bytes: int = 0
    total_bytes: int = 0
    client: EngineClient | None = field(default=None)

    @property
    def started(self) -> StartedEngine | None:
        if self.starting.done() and not self.starting.cancelled() and self.starting.exception() is None:
            return self.starting.result()
        return None


class EnginePool:
    """All engines of this service."""

    def __init__(self, host: EngineHost, clock: Clock, idle_unload_seconds: float) -> None:
        self._host = host
        self._clock = clock
        self._idle_unload_seconds = idle_unload_seconds
        self._entries: dict[EngineSpec, _Entry] = {}

    async def load(self, name: str, spec: EngineSpec) -> AsyncIterator[Progress]:
        """Start the engine of `spec` if it does not run, reporting how far loading is.

        Raises what the host raises, and EngineStopped when somebody unloads it meanwhile. Requests that come meanwhile
        wait for the same start.
        """
        entry = self._entries.get(spec) or self._start(name, spec)
        reported = -1
        while not entry.starting.done():
            await asyncio.wait([entry.starting], timeout=_PROGRESS_PAUSE_SECONDS)
            if entry.done_bytes > reported and entry.total_bytes:
                reported = entry.done_bytes
                yield Progress(stage=Stage.LOAD, done=reported, total=entry.total_bytes, what=name)
        if entry.starting.cancelled():
            raise EngineStopped("The engine was unloaded while it loaded.", hint="Ask again: it will be started anew.")
        entry.starting.result()

    @contextmanager
    def lease(self, spec: EngineSpec) -> Generator[tuple[StartedEngine, EngineClient]]:
        """Use a loaded engine; it is not unloaded while a lease is held.

        Raises EngineStopped when it has ended since it was loaded.
        """
        entry = self._entries.get(spec)
        started = entry.started if entry else None
        if entry is None or started is None:
            raise EngineStopped("The engine has ended.", hint="Ask again: it will be started anew.")
        if entry.client is None:
            entry.client = EngineClient(connect=lambda: self._host.connect(started.engine_id), api_key=started.api_key)
        entry.in_flight += 1
        try:
            yield started, entry.client
        finally:
            entry.in_flight -= 1
            entry.last_used = self._clock.monotonic()

    def keep(self, spec: EngineSpec, seconds: float) -> None:
        """Keep an engine loaded for `seconds` after its last use; infinity keeps it for good."""
        if entry := self._entries.get(spec):
            entry.keep_seconds = seconds
            entry.last_used = self._clock.monotonic()

    def keep_idle_for(self, seconds: float) -> None:
        """Change how long engines stay loaded; those that the user keeps longer by their wish stay as they are."""
        for entry in self._entries.values():
            if entry.keep_seconds == self._idle_unload_seconds:
                entry.keep_seconds = seconds
        self._idle_unload_seconds = seconds

    def loaded(self) -> tuple[LoadedEngine, ...]:
        """List what is loaded, oldest first."""
        return tuple(
            LoadedEngine(
                name=entry.name,
                spec=entry.spec,
                pid=started.pid,
                report=started.report,
                requests_in_flight=entry.in_flight,
                unloads_in_seconds=self._unloads_in(entry),
            )
            for entry in self._entries.values()
            if (started := entry.started) is not None
        )

    def specs(self) -> tuple[EngineSpec, ...]:
        """List what is loaded or being loaded, oldest first."""
        return tuple(self._entries)

    async def prove(self, engine: LoadedEngine) -> JailReport:
        """Have an engine's threads checked again, now; its last report when it has ended meanwhile."""
        entry = self._entries.get(engine.spec)
        return engine.report if entry is None else await self._host.prove(entry.engine_id)

    def is_busy(self) -> bool:
        """Whether an engine works, starts, or is kept by the user's wish."""
        return any(
            entry.in_flight or not entry.starting.done() or entry.keep_seconds > self._idle_unload_seconds
            for entry in self._entries.values()
        )

    async def unload_idle(self) -> None:
        """End every engine whose idle time is over."""
        for entry in list(self._entries.values()):
            left = self._unloads_in(entry)
            if entry.started is not None and left is not None and left <= 0:
                await self._end(entry)

    async def unload(self, name: str) -> int:
        """End the engines that answer under `name`, busy or not; return how many there were."""
        entries = [entry for entry in self._entries.values() if entry.name == name]
        for entry in entries:
            await self._end(entry)
        return len(entries)

    async def unload_least_recent(self) -> bool:
        """End the idle engine that was used longest ago, to make room; False when none is idle."""
        idle = [entry for entry in self._entries.values() if entry.started is not None and not entry.in_flight]
        if not idle:
            return False
        await self._end(min(idle, key=lambda entry: entry.last_used))
        return True

    def forget(self, engine_id: str) -> None:
        """An engine ended by itself: the next request starts a new one."""
        self._entries = {spec: entry for spec, entry in self._entries.items() if entry.engine_id != engine_id}

    def _start(self, name: str, spec: EngineSpec) -> _Entry:
        engine_id = token_hex(4)

        def on_progress(done: int, total: int) -> None:
            entry.done_bytes, entry.total_bytes = done, total

        entry = _Entry(
            name=name,
            spec=spec,
            engine_id=engine_id,
            starting=asyncio.create_task(self._host.start(engine_id, spec, on_progress)),
            keep_seconds=self._idle_unload_seconds,
            last_used=self._clock.monotonic(),
        )
        self._entries[spec] = entry
        entry.starting.add_done_callback(lambda _: self._settle(entry))
        return entry

    def _settle(self, entry: _Entry) -> None:
        """A start that failed leaves nothing behind, so that the next request tries again."""
        entry.last_used = self._clock.monotonic()
        if entry.started is None:
            self.forget(entry.engine_id)

    def _unloads_in(self, entry: _Entry) -> float | None:
        if entry.in_flight or math.isinf(entry.keep_seconds):
            return None
        return entry.last_used + entry.keep_seconds - self._clock.monotonic()

    async def _end(self, entry: _Entry) -> None:
        self.forget(entry.engine_id)
        entry.starting.cancel()
        await self._host.stop(entry.engine_id)

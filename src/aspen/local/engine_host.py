"""What this package needs from whoever may start processes. The launcher answers; tests have a fake."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aspen.core.engine_spec import EngineSpec
from aspen.core.isolation import JailLevel, JailReport

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedEngine:
    """A child whose model is loaded and whose jail was proven from outside.

    `best_level` is what this system was seen to offer to any engine: less than that is a failure of this one.
    """

    engine_id: str
    pid: int
    api_key: str
    report: JailReport
    best_level: JailLevel


class EngineHost(Protocol):
    async def start(self, engine_id: str, spec: EngineSpec, on_progress: OnProgress) -> StartedEngine:
        """Start an engine and wait until it can answer; `on_progress` gets bytes done and bytes in all."""
        ...

    async def connect(self, engine_id: str) -> socket.socket:
        """Return a new connected socket to the engine's listener."""
        ...

    async def prove(self, engine_id: str) -> JailReport:
        """Check the engine's threads in /proc again, now."""
        ...

    async def stop(self, engine_id: str) -> None:
        """End the engine; ending one that is gone already is fine."""
        ...

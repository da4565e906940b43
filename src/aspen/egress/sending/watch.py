"""How far one send has come, until when it may stay there, and the connection that must go when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from enum import Enum, auto
from typing import Protocol, TypeVar, cast

from aspen.egress.sending.limits import WireLimits

Outcome = TypeVar("Outcome")


class Stage(Enum):
    """In the order in which a send goes through them."""

    CONNECT = auto()
    TLS = auto()
    SEND = auto()
    WAIT = auto()
    READ = auto()


_STAGES = {
    "connect_tcp": Stage.CONNECT,
    "start_tls": Stage.TLS,
    "send_request_headers": Stage.SEND,
    "receive_response_headers": Stage.WAIT,
}
"""By the names that httpcore gives to its steps (https://www.python-httpx.org/advanced/extensions/#trace)."""


class _Stream(Protocol):
    async def aclose(self) -> None: ...


class Watch:
    """Use within a running loop: the total time begins when this is made."""

    def __init__(self, limits: WireLimits) -> None:
        self.stage = Stage.CONNECT
        self.has_left = False
        self._limit: asyncio.Timeout | None = None
        self._connection: _Stream | None = None
        self._loop = asyncio.get_running_loop()
        self._ends_at = self._loop.time() + limits.total_seconds
        self._seconds = {
            Stage.CONNECT: limits.connect_seconds,
            Stage.TLS: limits.tls_seconds,
            Stage.SEND: limits.stall_seconds,
            Stage.WAIT: limits.first_byte_seconds,
            Stage.READ: limits.idle_seconds,
        }

    async def trace(self, name: str, told: Mapping[str, object]) -> None:
        """Follow httpcore's steps."""
        step, _, state = name.rpartition(".")
        if step == "connection.connect_tcp" and state == "complete":
            self._connection = cast("_Stream", told["return_value"])
        stage = _STAGES.get(step.rpartition(".")[2])
        if stage is None or state != "started" or _is_for_a_proxy(told):
            return
        self.enter(stage)
        if stage is Stage.SEND:
            self.has_left = True

    def enter(self, stage: Stage) -> None:
        """Begin a stage, or begin its time anew."""
        self.stage = stage
        if self._limit is not None:
            self._limit.reschedule(self._until())

    async def limited(self, coming: Awaitable[Outcome]) -> Outcome:
        """Wait for the next thing. Raises TimeoutError once the stage or the whole has taken too long."""
        limit = self._limit = asyncio.timeout_at(self._until())
        try:
            async with limit:
                return await coming
        finally:
            self._limit = None

    async def close(self) -> None:
        """Close the connection at once. httpcore forgets to if it is cancelled during the handshake."""
        if self._connection is not None:
            await self._connection.aclose()

    @property
    def is_over(self) -> bool:
        """Whether the time for the whole is used up."""
        return self._loop.time() >= self._ends_at

    def seconds(self) -> float:
        """How long the present stage may last."""
        return self._seconds[self.stage]

    def _until(self) -> float:
        return min(self._loop.time() + self._seconds[self.stage], self._ends_at)


def _is_for_a_proxy(told: Mapping[str, object]) -> bool:
    return getattr(told.get("request"), "method", None) == b"CONNECT"

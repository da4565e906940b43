"""One real engine and every way to it: raw HTTP, the pool, and the model that people ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from aspen.core.engine_spec import EngineSpec
from aspen.core.message import Message, Role
from aspen.core.request import Limits, Request, Sampling
from aspen.dialects.sse import EventStream
from aspen.local.engine_client import EngineClient
from aspen.local.engine_host import StartedEngine
from aspen.local.engine_pool import EnginePool
from aspen.local.local_model import LocalModel
from fakes.direct_host import DirectHost
from fakes.fixed_clock import FixedClock

Json = dict[str, Any]

PATIENCE_SECONDS = 60.0
CONTEXT_TOKENS = 2048
SLOTS = 4
NARROW_TOKENS = 256
CHAT = "/v1/chat/completions"
_POLL_SECONDS = 0.005

Found = TypeVar("Found")


async def until(find: Callable[[], Awaitable[Found]]) -> Found:
    """Ask again and again until there is something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if found := await find():
                return found
            await asyncio.sleep(_POLL_SECONDS)


def spec_of(model: Path) -> EngineSpec:
    """The engine that most tests share."""
    return EngineSpec(
        model=(model,), context_tokens=CONTEXT_TOKENS, slots=SLOTS, batch_tokens=64, threads=2, spin_count=2000
    )


def user(text: str) -> list[Json]:
    """One question, as the engine reads it."""
    return [{"role": "user", "content": text}]


def asked(text: str, *, answer_tokens: int = 8, **more: Any) -> Request:
    """One question, as Aspen asks it: coldest sampling, few tokens."""
    limits = Limits(answer_tokens=answer_tokens, sampling=Sampling(temperature=0.0))
    messages = (Message.of_text(Role.USER, text),)
    return replace(Request(request_id="1", messages=messages, limits=limits), **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A loaded engine. `model` is what people ask; `client` talks to the engine itself."""

    host: DirectHost
    pool: EnginePool
    model: LocalModel
    started: StartedEngine
    client: EngineClient

    async def frames(self, **body: Any) -> list[Json]:
        """Stream a chat and return its frames, without the closing [DONE]."""
        payloads = await self.payloads(**body)
        assert payloads.pop() == b"[DONE]"
        return [json.loads(payload) for payload in payloads]

    async def payloads(self, **body: Any) -> list[bytes]:
        """Stream a chat and return the payloads of its server-sent events."""
        sse = EventStream()
        told: Mapping[str, Any] = {"stream": True, "max_tokens": 8, "temperature": 0, **body}
        return [payload async for piece in self.client.stream(CHAT, told) for payload in sse.feed(piece)]

    async def slots(self) -> list[Json]:
        return cast("list[Json]", await self.client.get("/slots"))

    async def working_slots(self) -> list[Json]:
        return [slot for slot in await self.slots() if slot["is_processing"]]

    async def last_seen_working(self) -> Json | None:
        """Wait until every slot is free; return what was seen of the last one that worked."""
        last: Json | None = None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while working := await self.working_slots():
                last = working[0]
                await asyncio.sleep(_POLL_SECONDS)
        return last


def deltas(frames: list[Json]) -> list[Json]:
    """What each frame adds to the answer."""
    return [choice["delta"] for frame in frames for choice in frame["choices"]]


def text_of(frames: list[Json]) -> str:
    return "".join(delta.get("content") or "" for delta in deltas(frames))


def reason_of(frames: list[Json]) -> str | None:
    reasons = [choice["finish_reason"] for frame in frames for choice in frame["choices"] if choice["finish_reason"]]
    return reasons[-1] if reasons else None


@asynccontextmanager
async def station(runtime: Path, spec: EngineSpec) -> AsyncGenerator[Station]:
    """Start an engine of this spec, and end it."""
    host, clock = DirectHost(runtime), FixedClock()
    pool = EnginePool(host, clock, 300.0)
    host.on_ended = pool.forget
    try:
        async for _ in pool.load("smol", spec):
            pass
        with pool.lease(spec) as (started, client):
            pass
        model = LocalModel(name="smol", spec=spec, pool=pool, clock=clock, least_level=None)
        yield Station(host=host, pool=pool, model=model, started=started, client=client)
    finally:
        await host.stop_all()

"""(a) Tokens a second through `ask()` against a raw reader on the same engine, one and eight streams at a time.

    python -m benchmarks.throughput --model FILE.gguf [--rounds 15]

The raw reader does the least that a client can: a blocking socket, `recv`, and a search for the end. It parses nothing.
"""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aspen.ask import ask
from aspen.core.answer import Finished
from aspen.core.engine_spec import EngineSpec
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import Limits, Request, Sampling
from aspen.dialects.openai_chat import encode_request
from aspen.launcher.engine_process import RunningEngine
from aspen.local.engine_pool import EnginePool
from aspen.local.local_model import LocalModel
from aspen.routing.candidate import Candidate, Situation
from aspen.workspace import SystemClock
from benchmarks.direct_host import DirectHost
from benchmarks.measuring import compare, cpu_seconds, parse_options, report, spec_for

_TOKENS = 128
_PROMPT = "Write a long story about a lighthouse keeper and the sea."


@dataclass(frozen=True, slots=True, kw_only=True)
class OneModel:
    """What `ask()` chooses from: the one model of this benchmark."""

    model: LocalModel

    def candidates(self, request: Request) -> tuple[Candidate, ...]:
        """Its card."""
        del request
        skills = frozenset({Skill.CHAT})
        card = ModelCard(
            name="m", zone=Zone.MACHINE, dialect="openai_chat", context_tokens=8192, skills=skills, source="bench"
        )
        return (Candidate(card=card),)

    def situation(self, request: Request) -> Situation:
        """No rules, nobody elsewhere."""
        del request
        return Situation()

    def open(self, name: str) -> LocalModel:
        """Return it."""
        assert name == "m"
        return self.model


def _request() -> Request:
    return Request(
        request_id="bench",
        messages=(Message.of_text(Role.USER, _PROMPT),),
        limits=Limits(answer_tokens=_TOKENS, sampling=Sampling(temperature=0.0, seed=1)),
    )


async def through_ask(models: OneModel, streams: int) -> float:
    """Tokens a second of `streams` answers at once, measured from the first request to the last token."""

    async def one() -> int:
        tokens = 0
        async for item in ask(_request(), models):
            if isinstance(item, Finished):
                tokens = item.usage.completion_tokens
        return tokens

    started = time.perf_counter()
    tokens = sum(await asyncio.gather(*(one() for _ in range(streams))))
    return tokens / (time.perf_counter() - started)


def raw(engine: RunningEngine, streams: int) -> float:
    """The same with blocking sockets and no parsing."""
    body = json.dumps(encode_request(_request(), "m")).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: e\r\nAuthorization: Bearer {engine.api_key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    with ThreadPoolExecutor(streams) as threads:
        started = time.perf_counter()
        tokens = sum(threads.map(_read_all, [engine.connect() for _ in range(streams)], [head + body] * streams))
        return tokens / (time.perf_counter() - started)


def _read_all(connection: socket.socket, request: bytes) -> int:
    with connection:
        connection.sendall(request)
        tail = b""
        while piece := connection.recv(65536):
            tail = (tail + piece)[-4096:]
    return int(tail.rpartition(b'"completion_tokens":')[2].partition(b",")[0])


async def _measure(host: DirectHost, spec: EngineSpec, rounds: int) -> None:
    clock = SystemClock()
    pool = EnginePool(host, clock, idle_unload_seconds=3600)
    models = OneModel(model=LocalModel(name="m", spec=spec, pool=pool, clock=clock, least_level=None))
    await through_ask(models, 1)
    engine = next(iter(host.engines.values()))
    for streams in (1, 8):
        ours: list[float] = []
        theirs: list[float] = []
        used = [0.0, 0.0]
        for _ in range(rounds):
            before = cpu_seconds()
            ours.append(await through_ask(models, streams))
            between = cpu_seconds()
            theirs.append(await asyncio.to_thread(raw, engine, streams))
            used[0] += between - before
            used[1] += cpu_seconds() - between
        found = compare(ours, theirs)
        per_token_us = 1e6 / (rounds * streams * _TOKENS)
        report(
            f"(a) ask() / raw reader, {streams} at a time",
            f"{found.ours:.0f} / {found.theirs:.0f} tok/s = {found.ratio:.3f}",
            ">= 0.95",
            met=found.ratio >= 0.95,
        )
        print(
            f"      reading costs {used[0] * per_token_us:.0f} us of CPU a token, raw {used[1] * per_token_us:.0f} us"
        )
    for engine_id in list(host.engines):
        await host.stop(engine_id)


def main() -> None:
    options = parse_options(__doc__ or "", rounds=15)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(DirectHost(Path(folder)), spec_for(options.model), options.rounds))


if __name__ == "__main__":
    main()

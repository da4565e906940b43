"""Milliseconds from closing an answer to a free slot, while it is written and while a prompt is read.

    python -m benchmarks.cancel --model FILE.gguf [--rounds 7]

The slots are asked for over the engine's own HTTP, which answers between two batches: each figure contains one such
answer, so what is reported is an upper bound.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.local.engine_client import EngineClient
from benchmarks.direct_host import DirectHost
from benchmarks.measuring import parse_options, report, spec_for

_CHAT = "/v1/chat/completions"
_WRITING_BAR_MS = 100.0
_READING_BAR_MS = 1500.0
_LONG_PROMPT_WORDS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """When to close: at the first piece of the stream that holds `sign`."""

    question: str
    sign: bytes


WHILE_WRITING = Cancelled(question="Write a very long story about the sea.", sign=b'"content":"')
WHILE_READING = Cancelled(question="once upon a time " * (_LONG_PROMPT_WORDS // 4), sign=b'"processed":0')


async def milliseconds_to_a_free_slot(client: EngineClient, cancelled: Cancelled) -> float:
    """Ask for an answer without end, close it at the sign, and wait until no slot works. The engine must be idle."""
    # A prompt that begins like none before is read whole.
    question = f"{time.monotonic_ns()} {cancelled.question}"
    body: Mapping[str, object] = {
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "max_tokens": 4000,
        "ignore_eos": True,
        "return_progress": True,
    }
    async with aclosing(client.stream(_CHAT, body)) as pieces:
        await _read_until(pieces, cancelled.sign)
        started = time.perf_counter()
    await _wait_for_free_slots(client)
    return (time.perf_counter() - started) * 1000


async def _read_until(pieces: AsyncGenerator[bytes], sign: bytes) -> None:
    async for piece in pieces:
        if sign in piece:
            return
    raise RuntimeError("the answer was over before it could be cancelled")


async def _wait_for_free_slots(client: EngineClient) -> None:
    while True:
        slots = cast("list[Mapping[str, object]]", await client.get("/slots"))
        if not any(slot["is_processing"] for slot in slots):
            return
        await asyncio.sleep(0.001)


async def _measure(model: Path, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="aspen-bench-") as folder:
        host = DirectHost(Path(folder))
        started = await host.start("cancel", spec_for(model), lambda _done, _total: None)
        client = EngineClient(connect=lambda: host.connect("cancel"), api_key=started.api_key)
        try:
            for name, cancelled, bar_ms in (
                ("writes", WHILE_WRITING, _WRITING_BAR_MS),
                ("reads", WHILE_READING, _READING_BAR_MS),
            ):
                taken = [await milliseconds_to_a_free_slot(client, cancelled) for _ in range(rounds)]
                median = statistics.median(taken)
                report(
                    f"cancel while the engine {name}: close to free slot",
                    f"{median:.0f} ms (worst {max(taken):.0f} ms)",
                    f"<= {bar_ms:.0f} ms",
                    met=median <= bar_ms,
                )
        finally:
            await host.stop("cancel")


def main() -> None:
    options = parse_options(__doc__ or "", rounds=7)
    asyncio.run(_measure(options.model, options.rounds))


if __name__ == "__main__":
    main()

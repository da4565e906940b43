"""llama-server, relied on: slots that work side by side, remember their prefix, and are free once nobody listens."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing

import pytest
from station import CHAT, NARROW_TOKENS, Json, Station, reason_of, text_of, until, user

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ENDLESS = {"stream": True, "max_tokens": 1900, "ignore_eos": True, "return_progress": True}


async def _close_at(engine: Station, question: str, sign: str) -> Json | None:
    """Ask for an endless answer and close at the first sign; return the last that was seen of the slot at work."""
    stream = engine.client.stream(CHAT, {**_ENDLESS, "messages": user(question)})
    closed_in_time = False
    async with aclosing(stream) as pieces:
        async for piece in pieces:
            if re.search(sign.encode(), piece):
                closed_in_time = True
                break
    assert closed_in_time
    return await engine.last_seen_working()


async def test_closing_the_connection_while_it_writes_frees_the_slot(engine: Station) -> None:
    last = await _close_at(engine, "Write a long story.", '"content":"')
    assert last is None or last["next_token"][0]["n_decoded"] < _ENDLESS["max_tokens"] / 2


async def test_closing_the_connection_while_it_reads_frees_the_slot_after_the_batch(engine: Station) -> None:
    last = await _close_at(engine, "once upon a time " * 450, '"processed":[1-9]')
    assert last is None or last["n_prompt_tokens_processed"] < last["n_prompt_tokens"]


async def test_a_working_slot_tells_no_words(engine: Station) -> None:
    stream = engine.client.stream(CHAT, {**_ENDLESS, "messages": user("Write of a wombat.")})
    async with aclosing(stream) as pieces:
        await anext(pieces)
        working = await until(engine.working_slots)
    assert {"n_prompt_tokens", "n_prompt_tokens_processed", "next_token"} <= set(working[0])
    assert "wombat" not in str(working)
    await engine.last_seen_working()


async def test_more_requests_than_slots_are_all_answered_and_some_at_once(engine: Station) -> None:
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(await engine.working_slots()))
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    told = await asyncio.gather(
        *(engine.frames(messages=user(f"Name {number} things."), max_tokens=24) for number in range(8))
    )
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert all(text_of(frames) for frames in told)
    assert {reason_of(frames) for frames in told} <= {"length", "stop"}
    assert 1 < most <= 4


async def test_a_prefix_that_was_read_before_is_not_read_again(engine: Station) -> None:
    rules = {"role": "system", "content": "Answer in one short word, always. " * 12}
    first, second = [
        (await engine.frames(messages=[rules, *user(question)], stream_options={"include_usage": True}))[-1]
        for question in ("A colour?", "A number?")
    ]
    assert second["timings"]["cache_n"] > 80
    assert second["timings"]["prompt_n"] < 20
    assert first["usage"]["prompt_tokens"] - second["usage"]["prompt_tokens"] in range(-3, 4)


async def test_conversations_side_by_side_fill_a_context_each_without_disturbing_the_other(
    narrow_engine: Station,
) -> None:
    endless = {"max_tokens": 1000, "ignore_eos": True, "stream_options": {"include_usage": True}}
    told = await asyncio.gather(
        *(narrow_engine.frames(messages=user(f"{word} " * 180), **endless) for word in ("cat", "dog"))
    )
    assert [reason_of(frames) for frames in told] == ["length", "length"]
    assert [frames[-1]["usage"]["total_tokens"] for frames in told] == [NARROW_TOKENS, NARROW_TOKENS]


async def test_a_context_is_rounded_up_to_256_tokens(narrow_engine: Station) -> None:
    assert narrow_engine.model.spec.context_tokens == NARROW_TOKENS - 50
    assert {slot["n_ctx"] for slot in await narrow_engine.slots()} == {NARROW_TOKENS}

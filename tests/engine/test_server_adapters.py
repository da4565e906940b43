"""llama-server, relied on: LoRA adapters that lie ready and work only where a request says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from adapter import write_adapter
from station import Station, asked, station, user

from aspen.core.answer import TextDelta
from aspen.core.engine_spec import EngineSpec
from aspen.core.request import AdapterScale

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _first_logprob(engine: Station, **more: object) -> float:
    frames = await engine.frames(messages=user("Hello"), max_tokens=1, logprobs=True, cache_prompt=False, **more)
    return next(
        choice["logprobs"]["content"][0]["logprob"]
        for frame in frames
        for choice in frame["choices"]
        if "logprobs" in choice
    )


async def test_an_adapter_works_for_the_request_that_names_it_and_no_other(
    spec: EngineSpec, runtime: Path, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "push.gguf")
    async with station(runtime, replace(spec, slots=1, adapters=((adapter, 1.0),))) as engine:
        bare = await _first_logprob(engine)
        pushed = await _first_logprob(engine, lora=[{"id": 0, "scale": 4.0}])
        bare_again = await _first_logprob(engine)
        request = asked("Hello", answer_tokens=1, adapters=(AdapterScale(index=0, scale=4.0),), top_logprobs=1)
        events = [event async for event in engine.model.answer(request)]
    assert bare == bare_again
    assert abs(pushed - bare) > 0.01
    (through_aspen,) = [event.logprobs[0].logprob for event in events if isinstance(event, TextDelta)]
    assert abs(through_aspen - bare) > 0.01


async def test_an_adapter_that_is_not_loaded_is_ignored(engine: Station) -> None:
    assert await engine.frames(messages=user("Hello"), max_tokens=1, lora=[{"id": 3, "scale": 1.0}])

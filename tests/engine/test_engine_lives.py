"""Real engines come and go: started once, killed, unloaded when idle, refused when their jail is not good enough."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from station import PATIENCE_SECONDS, asked

from aspen.core.answer import Event, Finished, Progress, Stage, TextDelta
from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import BadModelFile, EngineStopped, NotSealed
from aspen.core.isolation import JailLevel
from aspen.core.label import PUBLIC
from aspen.local.engine_pool import EnginePool
from aspen.local.local_model import LocalModel
from fakes.direct_host import DirectHost, LaxHost
from fakes.fixed_clock import FixedClock

pytestmark = pytest.mark.asyncio(loop_scope="session")

IDLE_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stable:
    """A pool of real engines with nothing loaded yet, and a clock that the test moves.

    `noticed` is set once an engine that died by itself has been forgotten.
    """

    host: DirectHost
    pool: EnginePool
    clock: FixedClock
    noticed: asyncio.Event

    def model(self, spec: EngineSpec, name: str = "smol") -> LocalModel:
        return LocalModel(name=name, spec=spec, pool=self.pool, clock=self.clock, least_level=None)


def _stable(host: DirectHost) -> Stable:
    clock = FixedClock()
    pool = EnginePool(host, clock, IDLE_SECONDS)
    noticed = asyncio.Event()

    def on_ended(engine_id: str) -> None:
        pool.forget(engine_id)
        noticed.set()

    host.on_ended = on_ended
    return Stable(host=host, pool=pool, clock=clock, noticed=noticed)


@pytest_asyncio.fixture(loop_scope="session")
async def stable(runtime: Path) -> AsyncIterator[Stable]:
    stable = _stable(DirectHost(runtime))
    yield stable
    await stable.host.stop_all()


@pytest.fixture
def small(spec: EngineSpec) -> EngineSpec:
    return replace(spec, slots=2, context_tokens=512)


def _inside(folder: Path) -> set[Path]:
    return set(folder.iterdir())


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _without_template(model: Path, copy: Path) -> Path:
    copy.write_bytes(model.read_bytes().replace(b"tokenizer.chat_template", b"tokenizer.chat_tem-late", 1))
    return copy


async def _answer(model: LocalModel, answer_tokens: int = 4) -> list[Event]:
    return [event async for event in model.answer(asked("Hello", answer_tokens=answer_tokens))]


async def test_first_questions_that_come_at_once_share_one_start_and_all_see_it_load(
    stable: Stable, small: EngineSpec
) -> None:
    answers = await asyncio.gather(*(_answer(stable.model(small)) for _ in range(3)))
    assert stable.host.starts == 1
    for events in answers:
        loading = [event for event in events if isinstance(event, Progress) and event.stage is Stage.LOAD]
        done = [step.done for step in loading]
        assert done == sorted(set(done))
        assert {step.total for step in loading} == {small.model[0].stat().st_size}
        assert isinstance(events[-1], Finished)


async def test_an_engine_killed_in_mid_answer_is_an_error_to_retry_and_the_next_question_works(
    stable: Stable, small: EngineSpec
) -> None:
    model = stable.model(small)
    answer = cast("AsyncGenerator[Event]", model.answer(asked("Write a long story.", answer_tokens=400)))
    with pytest.raises(EngineStopped) as caught:
        async for event in answer:
            if isinstance(event, TextDelta):
                for engine_id in stable.host.running:
                    stable.host.kill(engine_id)
    assert caught.value.retryable
    await asyncio.wait_for(stable.noticed.wait(), PATIENCE_SECONDS)
    assert isinstance((await _answer(model))[-1], Finished)
    assert stable.host.starts == 2


async def test_several_engines_stay_loaded_until_each_ones_time_is_over(stable: Stable, small: EngineSpec) -> None:
    other = replace(small, context_tokens=1024)
    await _answer(stable.model(small, "a"))
    stable.clock.advance(IDLE_SECONDS - 1)
    await _answer(stable.model(other, "b"))
    assert [engine.name for engine in stable.pool.loaded()] == ["a", "b"]
    stable.clock.advance(1)
    await stable.pool.unload_idle()
    assert [engine.name for engine in stable.pool.loaded()] == ["b"]
    assert len(stable.host.running) == 1
    stable.pool.keep(other, 2 * IDLE_SECONDS)
    stable.clock.advance(IDLE_SECONDS)
    await stable.pool.unload_idle()
    assert [engine.name for engine in stable.pool.loaded()] == ["b"]
    assert (await stable.pool.prove(stable.pool.loaded()[0])).level is stable.pool.loaded()[0].report.level


async def test_private_words_do_not_reach_an_engine_that_is_not_sealed_as_demanded(
    runtime: Path, small: EngineSpec
) -> None:
    lax = _stable(LaxHost(runtime, JailLevel.L1))
    try:
        with pytest.raises(NotSealed) as caught:
            await _answer(lax.model(small))
        assert caught.value.facts == {"level": "L1", "least_level": "L3"}
        public = [event async for event in lax.model(small).answer(asked("Hello", label=PUBLIC))]
        assert isinstance(public[-1], Finished)
    finally:
        await lax.host.stop_all()


async def test_a_model_without_a_chat_template_is_refused_and_nothing_stays_behind(
    stable: Stable, small: EngineSpec, runtime: Path, tmp_path: Path
) -> None:
    bare = _without_template(small.model[0], tmp_path / "bare.gguf")
    before = _inside(runtime)
    with pytest.raises(BadModelFile):
        await _answer(stable.model(replace(small, model=(bare,))))
    assert _inside(runtime) == before
    assert stable.pool.loaded() == ()


async def test_an_engine_that_was_stopped_leaves_no_process_and_no_folder(
    stable: Stable, small: EngineSpec, runtime: Path
) -> None:
    before = _inside(runtime)
    await _answer(stable.model(small))
    (engine,) = stable.pool.loaded()
    assert await stable.pool.unload("smol") == 1
    assert not _runs(engine.pid)
    assert _inside(runtime) == before

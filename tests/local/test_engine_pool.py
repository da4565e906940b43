"""Which engines are loaded, for how long, and what happens when one fails, ends or is unloaded meanwhile."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from aspen.core.answer import Progress
from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import EngineFailed, EngineStopped
from aspen.local.engine_pool import EnginePool
from fakes.fixed_clock import FixedClock
from fakes.scripted_host import REPORT, ScriptedHost

IDLE_SECONDS = 300.0


def _spec(context_tokens: int = 2048) -> EngineSpec:
    return EngineSpec(
        model=(Path("/models/a.gguf"),),
        context_tokens=context_tokens,
        slots=4,
        batch_tokens=128,
        threads=2,
        spin_count=2000,
    )


def _pool(host: ScriptedHost, clock: FixedClock | None = None) -> EnginePool:
    return EnginePool(host, clock or FixedClock(), IDLE_SECONDS)


async def _load(pool: EnginePool, spec: EngineSpec, name: str = "a") -> list[Progress]:
    return [progress async for progress in pool.load(name, spec)]


async def test_requests_that_come_at_once_share_one_start() -> None:
    host = ScriptedHost(holds=True)
    pool = _pool(host)
    loads = [asyncio.create_task(_load(pool, _spec())) for _ in range(5)]
    await asyncio.sleep(0.01)
    host.release.set()
    await asyncio.gather(*loads)
    assert host.started == [_spec()]


async def test_a_loaded_engine_is_not_started_again() -> None:
    host = ScriptedHost()
    pool = _pool(host)
    await _load(pool, _spec())
    await _load(pool, _spec())
    assert len(host.started) == 1


async def test_another_spec_is_another_engine() -> None:
    host = ScriptedHost()
    pool = _pool(host)
    await _load(pool, _spec(2048))
    await _load(pool, _spec(4096))
    assert [engine.spec for engine in pool.loaded()] == [_spec(2048), _spec(4096)]


async def test_progress_never_runs_backwards_and_says_what_loads() -> None:
    host = ScriptedHost(progress=((10, 100), (40, 100), (20, 100), (90, 100)))
    reported = await _load(_pool(host), _spec(), "smol")
    done = [progress.done for progress in reported]
    assert done == sorted(set(done))
    assert done[-1] == 90
    assert {(progress.total, progress.what) for progress in reported} == {(100, "smol")}


async def test_a_failed_start_fails_all_who_wait_and_the_next_one_tries_again() -> None:
    host = ScriptedHost(holds=True, failure=EngineFailed("No."))
    pool = _pool(host)
    loads = [asyncio.create_task(_load(pool, _spec())) for _ in range(2)]
    await asyncio.sleep(0.01)
    host.release.set()
    results = await asyncio.gather(*loads, return_exceptions=True)
    assert [type(result) for result in results] == [EngineFailed, EngineFailed]
    host.failure = None
    await _load(pool, _spec())
    assert len(host.started) == 2


async def test_one_who_gives_up_waiting_does_not_stop_the_load_for_the_others() -> None:
    host = ScriptedHost(holds=True)
    pool = _pool(host)
    first = asyncio.create_task(_load(pool, _spec()))
    second = asyncio.create_task(_load(pool, _spec()))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    host.release.set()
    await second
    assert len(host.started) == len(pool.loaded()) == 1


async def test_an_engine_unloaded_while_it_loads_has_stopped_for_those_who_wait() -> None:
    host = ScriptedHost(holds=True)
    pool = _pool(host)
    waiting = asyncio.create_task(_load(pool, _spec()))
    await asyncio.sleep(0.01)
    assert await pool.unload("a") == 1
    with pytest.raises(EngineStopped):
        await waiting


async def test_an_idle_engine_ends_when_its_time_is_over_and_not_before() -> None:
    host, clock = ScriptedHost(), FixedClock()
    pool = _pool(host, clock)
    await _load(pool, _spec(2048))
    clock.advance(IDLE_SECONDS - 1)
    await _load(pool, _spec(4096))
    await pool.unload_idle()
    assert host.stopped == []
    clock.advance(1)
    await pool.unload_idle()
    assert host.stopped == [host.ids[0]]
    assert [engine.spec for engine in pool.loaded()] == [_spec(4096)]


async def test_an_engine_in_use_is_never_idle_and_its_time_starts_when_it_is_let_go() -> None:
    host, clock = ScriptedHost(), FixedClock()
    pool = _pool(host, clock)
    await _load(pool, _spec())
    with pool.lease(_spec()):
        clock.advance(IDLE_SECONDS * 2)
        await pool.unload_idle()
        assert pool.loaded()[0].requests_in_flight == 1
        assert pool.loaded()[0].unloads_in_seconds is None
        assert pool.is_busy()
    assert pool.loaded()[0].unloads_in_seconds == IDLE_SECONDS
    assert not pool.is_busy()


@pytest.mark.parametrize(("seconds", "left"), [(math.inf, None), (0.0, 0.0), (900.0, 900.0)])
async def test_keeping_an_engine_sets_its_time(seconds: float, left: float | None) -> None:
    pool = _pool(ScriptedHost())
    await _load(pool, _spec())
    pool.keep(_spec(), seconds)
    assert pool.loaded()[0].unloads_in_seconds == left
    assert pool.is_busy() == (seconds > IDLE_SECONDS)


async def test_unloading_by_name_ends_every_engine_of_that_name() -> None:
    host = ScriptedHost()
    pool = _pool(host)
    await _load(pool, _spec(2048), "a")
    await _load(pool, _spec(4096), "a")
    await _load(pool, _spec(1024), "b")
    assert await pool.unload("a") == 2
    assert [engine.name for engine in pool.loaded()] == ["b"]
    assert await pool.unload("a") == 0


async def test_to_make_room_the_engine_used_longest_ago_goes_and_a_busy_one_stays() -> None:
    host, clock = ScriptedHost(), FixedClock()
    pool = _pool(host, clock)
    for context_tokens in (1024, 2048, 4096):
        await _load(pool, _spec(context_tokens))
        clock.advance(1)
    with pool.lease(_spec(1024)):
        assert await pool.unload_least_recent()
        assert [engine.spec.context_tokens for engine in pool.loaded()] == [1024, 4096]
        assert await pool.unload_least_recent()
        assert not await pool.unload_least_recent()


async def test_an_engine_that_ended_by_itself_is_started_anew() -> None:
    host = ScriptedHost()
    pool = _pool(host)
    await _load(pool, _spec())
    pool.forget(host.ids[0])
    with pytest.raises(EngineStopped), pool.lease(_spec()):
        pass
    await _load(pool, _spec())
    assert len(host.started) == 2


async def test_an_engine_that_does_not_run_cannot_be_used() -> None:
    with pytest.raises(EngineStopped), _pool(ScriptedHost()).lease(_spec()):
        pass


async def test_the_proof_is_taken_anew_and_is_the_last_one_of_an_engine_that_ended() -> None:
    host = ScriptedHost()
    pool = _pool(host)
    await _load(pool, _spec())
    engine = pool.loaded()[0]
    assert await pool.prove(engine) == REPORT
    await pool.unload("a")
    assert await pool.prove(engine) == engine.report

"""One engine child from start to end: proven before it is handed over, and gone without a trace after a failure."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import BadModelFile, EngineFailed, EngineStopped
from aspen.core.isolation import JailLevel
from aspen.launcher.engine_process import start_engine, stop_engine
from fakes.gguf_writer import changed, gguf
from fakes.processes import becomes, is_running, processes
from fakes.service_home import ENGINE


def _nobody(_done: int, _total: int) -> None:
    return


@pytest.fixture
def spec(starter_model: Path) -> EngineSpec:
    return EngineSpec(model=(starter_model,), context_tokens=256, slots=1, batch_tokens=128, threads=1, spin_count=1000)


def _own_engines() -> set[int]:
    """The engines of this process, those included that other tests keep for the whole session."""
    return {process.pid for process in processes() if process.parent == os.getpid() and process.module == ENGINE}


def _left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_an_engine_is_handed_over_loaded_and_proven(tmp_path: Path, spec: EngineSpec) -> None:
    progress: list[tuple[int, int]] = []
    engine = await start_engine(spec, tmp_path, lambda done, total: progress.append((done, total)))
    try:
        assert engine.report.level > JailLevel.L0
        again, once_more = await asyncio.gather(engine.prove_again(), engine.prove_again())
        assert once_more.checked_at > again.checked_at > engine.report.checked_at
        assert again.level == engine.report.level
        assert {probe.name for probe in again.probes} == {probe.name for probe in engine.report.probes}
        assert progress == sorted(progress)
        assert {total for _, total in progress} == {spec.model[0].stat().st_size}
        with engine.connect() as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert engine.folder.stat().st_mode & 0o777 == 0o700
    finally:
        await stop_engine(engine)
    assert not is_running(engine.child.pid)
    assert _left_in(tmp_path) == []


async def test_an_engine_that_is_gone_refuses_connections(tmp_path: Path, spec: EngineSpec) -> None:
    engine = await start_engine(spec, tmp_path, _nobody)
    os.kill(engine.child.pid, signal.SIGKILL)
    await engine.child.process.wait()
    with pytest.raises(ConnectionRefusedError):
        engine.connect()
    with pytest.raises(EngineStopped):
        await engine.prove_again()
    await stop_engine(engine)


async def test_an_engine_killed_while_it_loads_is_reported_and_leaves_nothing(tmp_path: Path, spec: EngineSpec) -> None:
    others = _own_engines()
    starting = asyncio.create_task(start_engine(spec, tmp_path, _nobody))
    assert await asyncio.to_thread(becomes, lambda: bool(_own_engines() - others))
    os.kill((_own_engines() - others).pop(), signal.SIGKILL)
    with pytest.raises(EngineFailed) as caught:
        await starting
    assert "killed while it loaded the model" in caught.value.sentence
    assert _left_in(tmp_path) == []


async def test_a_start_that_is_cancelled_leaves_nothing(tmp_path: Path, spec: EngineSpec) -> None:
    others = _own_engines()
    starting = asyncio.create_task(start_engine(spec, tmp_path, _nobody))
    assert await asyncio.to_thread(becomes, lambda: bool(_own_engines() - others))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert becomes(lambda: not _own_engines() - others)
    assert await asyncio.to_thread(becomes, lambda: _left_in(tmp_path) == [])


async def test_a_model_without_a_template_is_refused_by_the_jailed_child_itself(
    tmp_path: Path, spec: EngineSpec
) -> None:
    file = tmp_path / "bare.gguf"
    file.write_bytes(gguf(changed(tokenizer__chat_template=None)))
    with pytest.raises(BadModelFile, match="no chat template"):
        await start_engine(replace(spec, model=(file,)), tmp_path, _nobody)
    assert _left_in(tmp_path) == ["bare.gguf"]


async def test_what_llama_cpp_cannot_load_is_one_sentence(tmp_path: Path, spec: EngineSpec) -> None:
    file = tmp_path / "hollow.gguf"
    file.write_bytes(gguf())
    with pytest.raises(EngineFailed, match=r"cannot load .*\.gguf") as caught:
        await start_engine(replace(spec, model=(file,)), tmp_path, _nobody)
    assert caught.value.hint

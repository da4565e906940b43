"""A reader from start to end: proven before it is handed over, and gone without a trace after a failure."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from pathlib import Path

import pytest

import aspen
from aspen.core.errors import AspenError, EngineFailed, EngineStopped
from aspen.core.isolation import JailLevel
from aspen.jail.availability import best_level
from aspen.jail.probes import ENGINE_PROBES
from aspen.launcher.reader_process import READER_MODULE, Readers
from aspen.readers.framing import HEADER_BYTES, from_frame, length_of, to_frame
from aspen.readers.kinds import PEOPLE, is_installed
from fakes.processes import becomes, is_running, processes

with_libraries = pytest.mark.skipif(
    not is_installed(PEOPLE), reason="the group `pii` is not installed: pip install '.[pii]'"
)


def _own_readers() -> set[int]:
    return {each.pid for each in processes() if each.parent == os.getpid() and each.module == READER_MODULE}


def _ahead_of_all(folder: Path) -> str:
    """The path of imports with a folder before all others: a module there hides the library of its name."""
    source = Path(aspen.__file__).parent.parent
    return os.pathsep.join(filter(None, (str(folder), str(source), os.environ.get("PYTHONPATH"))))


@with_libraries
async def test_a_reader_is_handed_over_loaded_proven_and_bounded() -> None:
    readers = Readers()
    connection = await readers.connect(PEOPLE)
    try:
        pid, report = await readers.prove(PEOPLE)
        assert {probe.name for probe in report.probes if probe.blocked} == ENGINE_PROBES
        assert report.level == await asyncio.to_thread(best_level)
        assert report.level > JailLevel.L0
        assert resource.prlimit(pid, resource.RLIMIT_DATA) == (2 << 30, 2 << 30)
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        writer.write(to_frame({"text": "Please call Mary Smith."}))
        answer = from_frame(await reader.readexactly(length_of(await reader.readexactly(HEADER_BYTES))))
        assert answer == {"found": [[12, 22, "PERSON"]]}
        writer.close()
    finally:
        await readers.stop_all()
    assert not is_running(pid)


@with_libraries
async def test_another_connection_is_another_reader_and_the_first_ends() -> None:
    readers = Readers()
    with await readers.connect(PEOPLE):
        first, _ = await readers.prove(PEOPLE)
        with await readers.connect(PEOPLE):
            second, _ = await readers.prove(PEOPLE)
            assert second != first
            assert _own_readers() == {second}
    await readers.stop_all()
    assert _own_readers() == set()


@with_libraries
async def test_a_reader_ends_with_its_connection_and_is_not_proven_any_more() -> None:
    readers = Readers()
    connection = await readers.connect(PEOPLE)
    pid, _ = await readers.prove(PEOPLE)
    connection.close()
    assert await asyncio.to_thread(becomes, lambda: not is_running(pid))
    with pytest.raises(EngineStopped):
        await readers.prove(PEOPLE)
    await readers.stop_all()


async def test_a_reader_whose_library_is_broken_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spacy.py").write_text("raise ImportError('broken on purpose')\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", _ahead_of_all(tmp_path))
    readers = Readers()
    with pytest.raises(EngineFailed) as caught:
        await readers.connect(PEOPLE)
    assert caught.value.sentence == "The reader for people cannot be loaded."
    assert "broken on purpose" in caught.value.hint
    assert _own_readers() == set()


async def test_a_reader_that_dies_while_it_loads_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spacy.py").write_text("import time\ntime.sleep(60)\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", _ahead_of_all(tmp_path))
    starting = asyncio.create_task(Readers().connect(PEOPLE))
    assert await asyncio.to_thread(becomes, lambda: bool(_own_readers()))
    os.kill(_own_readers().pop(), signal.SIGKILL)
    with pytest.raises(AspenError):
        await starting
    assert _own_readers() == set()


async def test_no_other_kind_is_started() -> None:
    with pytest.raises(EngineFailed):
        await Readers().connect("../people")
    assert _own_readers() == set()

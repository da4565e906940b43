"""Records of downloads move into the ledger: each once, none lost, whenever something is killed."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.core.egress import Verdict
from aspen.core.errors import NotWritable, Unreachable
from aspen.egress.ledger.spool_intake import take_in
from aspen.egress.spool import Fetch, Origin, Spool
from fakes.ledger_home import LedgerHome, send

HUB = Fetch(
    origin=Origin.HUB,
    source="https://huggingface.co/org/repo/resolve/main/file.gguf",
    size_bytes=7,
    sha256="a" * 64,
)
PYPI = Fetch(origin=Origin.PYPI, source="tiny==1.0", size_bytes=None, sha256=None)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> LedgerHome:
    return LedgerHome(folder=tmp_path / "gate")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "fetched.jsonl"


def fetch_twice(path: Path) -> None:
    """One download that works and one that fails."""
    with Spool(path, now=lambda: MOMENT) as spool:
        with spool.watch(HUB):
            pass
        with pytest.raises(Unreachable), spool.watch(PYPI):
            raise Unreachable("x")


def test_a_download_becomes_two_entries_and_the_spool_is_emptied(home: LedgerHome, spool: Path) -> None:
    fetch_twice(spool)
    with home.open() as ledger:
        assert take_in(ledger, spool) == 4
        failed, begun_too, fetched, begun = ledger.entries()
        assert ledger.verify().is_whole
    assert spool.read_bytes() == b""
    assert [entry.verdict for entry in (begun, fetched, begun_too, failed)] == [
        Verdict.NOTED,
        Verdict.FETCHED,
        Verdict.NOTED,
        Verdict.FAILED,
    ]
    assert (fetched.provider, fetched.host, fetched.path) == ("hub", "huggingface.co", HUB.source)
    assert (fetched.response_bytes, fetched.response_sha256, fetched.of_sequence) == (7, "a" * 64, begun.sequence)
    assert (fetched.happened_at, fetched.purpose, fetched.nonce) == (MOMENT, "download", begun.nonce)
    assert (failed.host, failed.reasons, failed.of_sequence) == ("", ("unreachable",), begun_too.sequence)


def test_the_end_of_a_download_finds_its_beginning_in_an_earlier_intake(home: LedgerHome, spool: Path) -> None:
    with home.open() as ledger, Spool(spool) as records:
        with records.watch(HUB):
            assert take_in(ledger, spool) == 1
        assert take_in(ledger, spool) == 1
        assert ledger.entries(limit=1)[0].of_sequence == 1


def test_a_line_is_recorded_once_although_the_spool_was_not_emptied(home: LedgerHome, spool: Path) -> None:
    fetch_twice(spool)
    content = spool.read_bytes()
    with home.open() as ledger:
        take_in(ledger, spool)
        spool.write_bytes(content)
        assert take_in(ledger, spool) == 0
        assert len(ledger.entries()) == 4
    assert spool.read_bytes() == b""


def test_what_was_killed_between_two_lines_goes_on_where_it_stopped(home: LedgerHome, spool: Path) -> None:
    fetch_twice(spool)
    content = spool.read_bytes()
    with home.open() as ledger:
        spool.write_bytes(b"".join(content.splitlines(keepends=True)[:2]))
        take_in(ledger, spool)
        spool.write_bytes(content)
        assert take_in(ledger, spool) == 2


def test_a_send_that_takes_the_number_of_a_download_does_not_hide_how_that_ended(home: LedgerHome, spool: Path) -> None:
    fetch_twice(spool)
    with home.open() as ledger:
        for line in spool.read_text().splitlines():
            for verdict in (Verdict.NOTED, Verdict.FETCHED, Verdict.FAILED):
                ledger.record(replace(send(nonce=json.loads(line)["id"]), verdict=verdict))
        assert take_in(ledger, spool) == 4
        assert [entry.of_sequence is None for entry in ledger.entries(limit=4)] == [False, True, False, True]


def test_half_a_line_is_left_alone_until_its_end_is_known(home: LedgerHome, spool: Path) -> None:
    fetch_twice(spool)
    half = b'{"schema": 1, "id": "12'
    spool.write_bytes(spool.read_bytes() + half)
    with home.open() as ledger:
        assert take_in(ledger, spool) == 4
        assert spool.read_bytes().endswith(half)
        assert take_in(ledger, spool) == 0
        with Spool(spool) as records, records.watch(HUB):
            pass
        assert take_in(ledger, spool) == 3
        assert "cannot be read" in ledger.entries(limit=3)[-1].reasons[0]
    assert spool.read_bytes() == b""


@pytest.mark.parametrize(
    "line", ["x", "[]", "{}", "null", '{"outcome": "eaten"}', "[" * 5000, '{"outcome": [], "source": "a"}']
)
def test_a_line_that_no_fetcher_wrote_is_noted_once(home: LedgerHome, spool: Path, line: str) -> None:
    spool.write_text(f"{line}\n{line}\n")
    with home.open() as ledger:
        assert take_in(ledger, spool) == 1
        assert "cannot be read" in ledger.entries()[0].reasons[0]


def test_without_a_spool_there_is_nothing_to_take(home: LedgerHome, spool: Path) -> None:
    with home.open() as ledger:
        assert take_in(ledger, spool) == 0
    assert not spool.exists()


def test_a_spool_that_is_a_link_is_refused(home: LedgerHome, spool: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("precious")
    spool.symlink_to(tmp_path / "elsewhere")
    with home.open() as ledger, pytest.raises(NotWritable):
        take_in(ledger, spool)
    assert (tmp_path / "elsewhere").read_text() == "precious"


def test_the_intake_waits_for_a_fetcher_that_is_writing(home: LedgerHome, spool: Path) -> None:
    fetch_twice(spool)
    locks = "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX)"
    holder = f"{locks}; print(flush=True); sys.stdin.read(1)"
    with (
        home.open() as ledger,
        subprocess.Popen(
            [sys.executable, "-c", holder, str(spool)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as fetcher,
    ):
        assert fetcher.stdout is not None
        assert fetcher.stdin is not None
        fetcher.stdout.readline()
        descriptor = os.open(spool, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)
        os.set_blocking(fetcher.stdin.fileno(), False)
        fetcher.stdin.write(b"x")
        fetcher.stdin.flush()
        assert take_in(ledger, spool) == 4

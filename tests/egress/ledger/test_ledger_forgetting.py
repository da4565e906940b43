"""Forgotten bytes are in no file any more, and the chain is as whole as before."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from aspen.core.egress import Verdict
from aspen.core.errors import NotFound, NotWritable
from aspen.database.connection import open_database
from aspen.egress.ledger.kept_bytes import Retention
from fakes.ledger_home import LedgerHome, exchange

DAY_SECONDS = timedelta(days=1).total_seconds()
CIPHERTEXT = "SELECT ciphertext FROM bodies WHERE sequence = ?"


@pytest.fixture
def home(tmp_path: Path) -> LedgerHome:
    return LedgerHome(folder=tmp_path / "gate")


def pieces(ciphertext: bytes) -> list[bytes]:
    """Cut a ciphertext into pieces of which any that is left would be found, whatever pages it was spread over."""
    return [ciphertext[start : start + 32] for start in range(0, len(ciphertext) - 32, 32)]


def left_in(folder: Path, ciphertext: bytes) -> int:
    contents = [path.read_bytes() for path in folder.iterdir() if path.is_file()]
    return sum(any(piece in content for content in contents) for piece in pieces(ciphertext))


@pytest.mark.parametrize("size", [100, 1000, 50_000])
def test_forgotten_bytes_are_in_no_file_even_while_the_ledger_stays_open(home: LedgerHome, size: int) -> None:
    with home.open() as ledger:
        exchange(ledger, b"kept", b"kept too")
        exchange(ledger, os.urandom(size), os.urandom(size))
    ciphertexts = [home.rows(CIPHERTEXT, (sequence,))[0][0] for sequence in (3, 4)]
    assert all(left_in(home.folder, ciphertext) for ciphertext in ciphertexts)
    with home.open() as ledger:
        noted = ledger.forget(3)
        assert [left_in(home.folder, ciphertext) for ciphertext in ciphertexts] == [0, 0]
        assert (ledger.show(3).kept, ledger.show(3).outcome_kept) == (None, None)
        assert ledger.show(1).kept == b"kept"
        assert (noted.verdict, noted.forgets) == (Verdict.NOTED, ((3, 3), (4, 4)))
        assert ledger.verify().is_whole


def test_bytes_that_still_lie_in_the_log_are_gone_too(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"canary" * 500, b"answer")
        ciphertext = home.rows(CIPHERTEXT, (1,))[0][0]
        assert any(piece in home.file.with_name("ledger.sqlite-wal").read_bytes() for piece in pieces(ciphertext))
        ledger.forget(1)
        assert left_in(home.folder, ciphertext) == 0


def test_the_hash_stays_when_the_bytes_go(home: LedgerHome) -> None:
    with home.open() as ledger:
        sent, _ = exchange(ledger, b"body", b"answer")
        ledger.forget(sent.sequence)
        assert ledger.entry(sent.sequence) == sent


def test_bytes_older_than_the_retention_are_forgotten_at_the_next_opening(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"old", b"old answer")
        home.clock.advance(20 * DAY_SECONDS)
        exchange(ledger, b"newer", b"newer answer")
    home.clock.advance(20 * DAY_SECONDS)
    with home.open() as ledger:
        assert [ledger.show(sequence).kept for sequence in (1, 2, 3, 4)] == [None, None, b"newer", b"newer answer"]
        newest = ledger.entries(limit=1)[0]
        assert newest.forgets == ((1, 2),)
        assert newest.reasons == ("The bytes of 2 entries up to entry 2 were forgotten after 30 days.",)
        assert ledger.tidy() is None
        assert ledger.verify().is_whole


@pytest.mark.parametrize("days", [1_000_000, 10**10])
def test_a_retention_that_is_longer_than_the_calendar_keeps_everything(home: LedgerHome, days: int) -> None:
    for _ in range(2):
        with home.open(Retention(days=days)) as ledger:
            sent, _ended = exchange(ledger, b"body", b"answer")
            assert ledger.show(sent.sequence).kept == b"body"


def test_bytes_that_another_program_holds_in_the_log_are_not_said_to_be_gone(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"body", b"answer")
        with open_database(home.file, is_read_only=True) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM entries")
            with pytest.raises(NotWritable, match="another program"):
                ledger.forget(1)
        assert ledger.show(1).kept is None


def test_only_what_is_older_goes_where_the_clock_jumped(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"old", b"old answer")
        home.clock.advance(90 * DAY_SECONDS)
        exchange(ledger, b"from the future", b"answer")
        home.clock.advance(-80 * DAY_SECONDS)
        exchange(ledger, b"later and older", b"answer")
        home.clock.advance(40 * DAY_SECONDS)
        noted = ledger.tidy()
        assert noted is not None
        assert noted.forgets == ((1, 2), (5, 6))
        assert ledger.show(3).kept == b"from the future"
        assert ledger.verify().is_whole


def test_a_retention_of_no_days_keeps_hashes_alone(home: LedgerHome) -> None:
    with home.open(Retention(days=0)) as ledger:
        sent, _ = exchange(ledger, b"body", b"answer")
        assert (sent.is_kept, ledger.show(1).kept, ledger.show(1).outcome_kept) == (False, None, None)
        assert ledger.verify().is_whole


def test_forgetting_twice_is_harmless_and_what_is_not_there_is_said(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"body", b"answer")
        ledger.forget(1)
        ledger.forget(1)
        assert ledger.verify().is_whole
        with pytest.raises(NotFound, match="no entry 99"):
            ledger.forget(99)

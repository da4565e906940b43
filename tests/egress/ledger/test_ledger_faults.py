"""Where nothing can be recorded nothing is sent, and the error says why."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.egress import Verdict
from aspen.core.errors import LedgerBroken, NotRecorded
from aspen.database.connection import open_database
from fakes.ledger_home import LedgerHome, answered, send

ORDINARY_ID = 65534
TESTS = Path(__file__).parents[2]

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from aspen.core.errors import NotRecorded
from fakes.ledger_home import LedgerHome, send

home = LedgerHome(folder=Path(sys.argv[1]))
with home.open() as ledger:
    acknowledged, body = 0, b"x" * 20_000
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))  # no file can grow beyond this, as on a full disk
    try:
        while True:
            ledger.record(send(body), body)
            acknowledged += 1
    except NotRecorded as error:
        assert "Nothing was sent" in error.sentence, error.sentence
        assert error.hint
    assert acknowledged > 2, acknowledged
    assert ledger.verify().is_whole
    assert len(ledger.entries()) == acknowledged
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert ledger.record(send(body), body).sequence == acknowledged + 1
    assert ledger.verify().is_whole
print("well")
"""


@pytest.fixture
def home(tmp_path: Path) -> LedgerHome:
    return LedgerHome(folder=tmp_path / "gate")


@pytest.fixture
def persons_folder() -> Iterator[Path]:
    """A folder of an ordinary user, and the rights of one: the superuser could write anywhere."""
    with tempfile.TemporaryDirectory() as name:
        user_id = os.geteuid()
        if user_id == 0:
            os.chown(name, ORDINARY_ID, -1)
            os.seteuid(ORDINARY_ID)
        try:
            yield Path(name)
        finally:
            os.seteuid(user_id)


def run(script: str, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_said_and_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert run(FULL_DISK, tmp_path) == "well\n"


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger.lock", "."])
def test_a_file_or_folder_that_cannot_be_written_is_said(persons_folder: Path, name: str) -> None:
    home = LedgerHome(folder=persons_folder / "gate")
    with home.open() as ledger:
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
    locked = home.folder / name
    mode = locked.stat().st_mode
    locked.chmod(mode & ~0o222)
    with pytest.raises(NotRecorded, match="othing can be sent"):
        home.open()
    locked.chmod(mode)
    assert home.check().is_whole


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger.sqlite-wal"])
def test_a_file_that_is_removed_while_it_is_in_use_is_said(home: LedgerHome, name: str) -> None:
    with home.open() as ledger:
        ledger.record(send())
        (home.folder / name).unlink()
        for _ in range(2):
            with pytest.raises(NotRecorded, match="was removed or replaced"):
                ledger.record(send())


def test_a_file_that_is_replaced_while_it_is_in_use_is_said(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(send())
        (home.folder / "copy").write_bytes(home.file.read_bytes())
        (home.folder / "copy").replace(home.file)
        with pytest.raises(NotRecorded, match="Nothing was sent, because it could not be recorded"):
            ledger.record(send())


def test_what_went_into_a_removed_file_is_missed_at_the_next_opening(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(send())
        home.file.unlink()
    with pytest.raises(LedgerBroken):
        home.open()


def test_another_writer_is_noticed_before_anything_is_sent(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(send())
        with open_database(home.file) as stranger:
            stranger.execute("UPDATE entries SET sha256 = ?", ("f" * 64,))
        with pytest.raises(NotRecorded, match="Nothing was sent"):
            ledger.record(send())


def test_a_send_whose_head_could_not_be_written_was_not_sent_and_is_closed_as_that(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
        (home.folder / ".head.new").mkdir()
        for _ in range(3):
            with pytest.raises(NotRecorded, match="Nothing was sent"):
                ledger.record(send(cost=500))
        (home.folder / ".head.new").rmdir()
        sent = ledger.record(send(cost=30))
        assert [entry.verdict for entry in ledger.entries()] == [
            Verdict.SENT,
            Verdict.FAILED,
            Verdict.SENT,
            Verdict.REFUSED,
        ]
        assert "never sent" in ledger.entries()[1].reasons[0]
        assert ledger.spending().today.microdollars == 30
        ledger.record_outcome(sent, answered())
        assert ledger.verify().is_whole


def test_an_outcome_that_cannot_be_recorded_does_not_claim_that_nothing_was_sent(home: LedgerHome) -> None:
    with home.open() as ledger:
        sent = ledger.record(send())
        (home.folder / ".head.new").mkdir()
        with pytest.raises(NotRecorded, match="How entry 1 of the ledger ended could not be recorded"):
            ledger.record_outcome(sent, answered())


def test_a_kill_between_commit_and_head_is_mended_when_aspen_starts(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
        head = (home.folder / "head").read_bytes()
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
    (home.folder / "head").write_bytes(head)
    assert home.check().is_whole
    with home.open() as ledger:
        assert ledger.head.sequence == 2
    assert (home.folder / "head").read_bytes() != head


def test_a_kill_before_the_very_first_head_is_mended_too(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
    (home.folder / "head").unlink()
    with home.open() as ledger:
        assert ledger.verify().is_whole


def test_a_folder_in_whose_place_a_file_lies_is_said(tmp_path: Path) -> None:
    (tmp_path / "gate").write_text("a file")
    with pytest.raises(NotRecorded, match="cannot be written"):
        LedgerHome(folder=tmp_path / "gate").open()


def test_noise_in_the_place_of_the_ledger_is_no_ledger(home: LedgerHome) -> None:
    home.open().close()
    home.file.write_bytes(os.urandom(8192))
    with pytest.raises(LedgerBroken, match="cannot be read"):
        home.open()

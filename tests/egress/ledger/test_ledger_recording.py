"""What is recorded is on the disk, whole, in order, and ends only once."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aspen.core.egress import Destination, Envelope, Hint, Origin, Outbound, Verdict
from aspen.core.errors import NotFound, NotRecorded
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.request import Purpose
from aspen.database.connection import open_database
from aspen.egress.ledger.drafts import draft_of
from aspen.egress.ledger.entry import GENESIS_SHA256, Draft, content_of, entry_from_content, fields_of
from aspen.egress.ledger.kept_bytes import Retention
from aspen.egress.ledger.ledger import Outcome
from aspen.egress.ledger.opening import set_aside
from fakes.ledger_home import LedgerHome, answered, exchange, send


@pytest.fixture
def home(tmp_path: Path) -> LedgerHome:
    return LedgerHome(folder=tmp_path / "gate")


def test_an_entry_is_what_was_drafted_and_names_the_entry_before_it(home: LedgerHome) -> None:
    with home.open() as ledger:
        first = ledger.record(send(), b"five captions")
        second = ledger.record(send(b"more"), b"more")
    assert fields_of(first) == fields_of(send())
    assert (first.sequence, first.previous_sha256, first.recorded_at) == (1, GENESIS_SHA256, home.clock.now())
    assert (second.sequence, second.previous_sha256) == (2, first.sha256)


def test_an_entry_comes_back_from_the_file_as_it_went_in(home: LedgerHome) -> None:
    label = Label(
        sensitivity=Sensitivity.PUBLIC,
        source=LabelSource.DETECTED,
        reasons=("naïve 🙂 \0 line\n",),
        providers=frozenset({"b", "a"}),
    )
    happened_at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    draft = replace(send(), label=label, happened_at=happened_at, reasons=("“quoted” \\ \u2028",), forgets=((4, 9),))
    with home.open() as ledger:
        recorded = ledger.record(draft)
    with home.open() as ledger:
        assert ledger.entry(recorded.sequence) == recorded
    assert entry_from_content(content_of(recorded)) == recorded


def test_another_process_sees_an_entry_as_soon_as_it_was_recorded(home: LedgerHome) -> None:
    with home.open() as ledger:
        recorded = ledger.record(send())
        copy = LedgerHome(folder=home.folder.parent / "copy", vault=home.vault)
        copy.folder.mkdir()
        copy.put_back(home.files())
    with copy.open() as ledger:
        assert ledger.entry(1) == recorded


def test_the_bytes_of_both_directions_come_back_and_lie_nowhere_in_the_clear(home: LedgerHome) -> None:
    body, response = b"canary-request-61f0" * 50, b"canary-response-61f0" * 50
    with home.open() as ledger:
        sent, ended = exchange(ledger, body, response)
        shown = ledger.show(sent.sequence)
        files = home.files()
    assert (shown.kept, shown.outcome, shown.outcome_kept) == (body, ended, response)
    assert not [name for name, content in files.items() if b"canary" in content]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in home.folder.iterdir()} == {0}


def test_what_is_kept_must_be_what_the_entry_names(home: LedgerHome) -> None:
    with home.open() as ledger:
        with pytest.raises(ValueError, match="the bytes that the entry names"):
            ledger.record(send(b"shown"), b"other")
        assert ledger.entries() == ()


def test_bytes_beyond_the_bounds_leave_their_hash_alone(home: LedgerHome) -> None:
    with home.open(Retention(largest_body_bytes=4)) as ledger:
        large, small = ledger.record(send(b"large"), b"large"), ledger.record(send(b"tiny"), b"tiny")
        assert (large.is_kept, ledger.show(1).kept) == (False, None)
        assert (small.is_kept, ledger.show(2).kept) == (True, b"tiny")
        assert large.body_sha256 == send(b"large").body_sha256
        assert ledger.verify().is_whole


def test_an_outcome_names_its_send_and_carries_what_it_was_about(home: LedgerHome) -> None:
    with home.open() as ledger:
        sent = ledger.record(send(nonce="ab" * 16))
        ended = ledger.record_outcome(sent, answered())
    assert (ended.of_sequence, ended.verdict, ended.status, ended.cost_microdollars) == (1, Verdict.ANSWERED, 200, 200)
    assert (ended.provider, ended.project, ended.nonce, ended.label) == ("practice", "fair", "ab" * 16, sent.label)


def test_a_send_ends_once(home: LedgerHome) -> None:
    with home.open() as ledger:
        sent = ledger.record(send())
        ledger.record_outcome(sent, answered())
        with pytest.raises(ValueError, match="has ended already"):
            ledger.record_outcome(sent, Outcome(verdict=Verdict.FAILED))


def test_the_end_of_a_send_is_never_written_into_another_ledger(home: LedgerHome) -> None:
    with home.open() as ledger:
        sent = ledger.record(send())
    set_aside(home.folder, home.vault, home.clock.now)
    with home.open() as ledger:
        with pytest.raises(NotRecorded, match="set aside"):
            ledger.record_outcome(sent, answered())
        assert [entry.verdict for entry in ledger.entries()] == [Verdict.NOTED]


def test_a_send_that_nobody_saw_end_is_interrupted_at_the_next_opening_and_only_once(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"one", b"answer")
        cut_off = ledger.record(send(b"two"))
        ledger.record(replace(send(b"three"), verdict=Verdict.REFUSED))
    for _ in range(2):
        with home.open() as ledger:
            interrupted = [entry for entry in ledger.entries() if entry.verdict is Verdict.INTERRUPTED]
            assert [entry.of_sequence for entry in interrupted] == [cut_off.sequence]
            assert "not sent again" in interrupted[0].reasons[0]
            assert ledger.verify().is_whole


def test_one_process_at_a_time_may_write(home: LedgerHome) -> None:
    with home.open(), pytest.raises(NotRecorded, match="Another process"):
        home.open()
    home.open().close()


def test_an_entry_is_found_by_nonce_verdict_and_purpose_together(home: LedgerHome) -> None:
    with home.open() as ledger:
        ledger.record(replace(send(nonce="ab" * 16), verdict=Verdict.BLOCKED))
        ledger.record(replace(send(), verdict=Verdict.BLOCKED))
        assert ledger.with_nonce("ab" * 16, Verdict.BLOCKED, "chat") is not None
        assert ledger.with_nonce("ab" * 16, Verdict.SENT, "chat") is None
        assert ledger.with_nonce("ab" * 16, Verdict.BLOCKED, "download") is None
        assert ledger.with_nonce("cd" * 16, Verdict.BLOCKED, "chat") is None
        assert ledger.with_nonce("", Verdict.BLOCKED, "chat") is None


def test_an_entry_that_is_not_there_cannot_be_shown(home: LedgerHome) -> None:
    with home.open() as ledger, pytest.raises(NotFound, match="no entry 7"):
        ledger.show(7)


def test_the_oldest_bytes_make_room_and_an_entry_says_so(home: LedgerHome) -> None:
    with home.open(Retention(total_bytes=1000)) as ledger:
        sent = [ledger.record(send(bytes([number]) * 200), bytes([number]) * 200) for number in range(8)]
        kept = [entry.sequence for entry in ledger.entries() if entry.is_kept and ledger.show(entry.sequence).kept]
        assert len(kept) * 200 <= 1000
        assert sent[-1].sequence in kept
        notes = [entry.reasons[0] for entry in ledger.entries() if entry.verdict is Verdict.NOTED]
        assert all("forgotten to keep no more than 1000 bytes" in note for note in notes)
        assert notes
        assert ledger.verify().is_whole


def test_a_program_that_reads_the_ledger_keeps_nothing_from_being_recorded(home: LedgerHome) -> None:
    with home.open(Retention(total_bytes=1000)) as ledger:
        ledger.record(send(b"x" * 900), b"x" * 900)
        with open_database(home.file, is_read_only=True) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM entries")
            assert ledger.record(send(b"y" * 900), b"y" * 900).is_kept
        assert ledger.show(1).kept is None
        assert ledger.verify().is_whole


def test_an_envelope_is_recorded_without_its_words(home: LedgerHome) -> None:
    outbound = Outbound(
        destination=Destination(provider="practice", path="/v1/x", model="echo"),
        zone=Zone.CLOUD,
        purpose=Purpose.CHAT,
        label=send().label or Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.UNSET),
        body=b"canary",
        origin=Origin(project="fair", paths=("~/a",), conversation_id="c9"),
        hints=(Hint(kind="phone number", count=1),),
        worst_cost_microdollars=7,
    )
    envelope = Envelope(outbound=outbound, policy_version="v", nonce="00" * 16)
    draft = draft_of(envelope, Verdict.REFUSED, host="practice.invalid", approval="rule", reasons=("No.",))
    with home.open() as ledger:
        entry = ledger.record(draft)
    assert (entry.body_bytes, entry.body_sha256, entry.cost_microdollars) == (6, outbound.body_sha256, 7)
    assert (entry.project, entry.paths, entry.conversation_id, entry.is_kept) == ("fair", ("~/a",), "c9", False)
    assert b"canary" not in content_of(entry)


def test_two_gates_one_after_the_other_continue_one_chain(home: LedgerHome) -> None:
    for number in range(1, 4):
        with home.open() as ledger:
            assert ledger.record(Draft(verdict=Verdict.NOTED)).sequence == number
            home.clock.advance(timedelta(hours=1).total_seconds())
    with home.open() as ledger:
        assert ledger.verify().is_whole

"""Looking things up: newest first, by what a person remembers, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aspen.core.egress import Verdict
from aspen.egress.ledger.ledger import Ledger
from aspen.egress.ledger.listing import Filter
from fakes.ledger_home import LedgerHome, exchange, send


@pytest.fixture
def home(tmp_path: Path) -> LedgerHome:
    return LedgerHome(folder=tmp_path / "gate")


def sequences(ledger: Ledger, wanted: Filter) -> list[int]:
    return [entry.sequence for entry in ledger.entries(wanted)]


def test_pages_follow_each_other_without_gap_or_repetition(home: LedgerHome) -> None:
    with home.open() as ledger:
        for _ in range(7):
            ledger.record(replace(send(), verdict=Verdict.REFUSED))
        seen: list[int] = []
        before: int | None = None
        while page := ledger.entries(before_sequence=before, limit=3):
            seen += [entry.sequence for entry in page]
            before = seen[-1]
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_every_filter_leaves_what_it_says(home: LedgerHome) -> None:
    with home.open() as ledger:
        exchange(ledger, b"one", b"answer")
        home.clock.advance(timedelta(hours=1).total_seconds())
        noon = home.clock.now()
        ledger.record(replace(send(project="other"), provider="anthropic", model="claude", verdict=Verdict.REFUSED))
        ledger.record(replace(send(), conversation_id="c2", verdict=Verdict.DECLINED))
        for wanted, expected in (
            (Filter(), [4, 3, 2, 1]),
            (Filter(verdicts=frozenset({Verdict.SENT, Verdict.DECLINED})), [4, 1]),
            (Filter(provider="anthropic"), [3]),
            (Filter(model="claude"), [3]),
            (Filter(project="fair"), [4, 2, 1]),
            (Filter(conversation_id="c2"), [4]),
            (Filter(since=noon), [4, 3]),
            (Filter(until=noon), [2, 1]),
            (Filter(provider="practice", since=noon), [4]),
            (Filter(provider="x' OR TRUE --"), []),
        ):
            assert sequences(ledger, wanted) == expected, wanted

"""What was spent: the worst until the actual is known, by the user's own calendar, whatever the clock does."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aspen.core.egress import Verdict
from aspen.database.connection import open_database
from aspen.egress.ledger.entry import LedgerEntry
from aspen.egress.ledger.ledger import Ledger, Outcome
from aspen.egress.ledger.spending import Spent, Sums
from fakes.fixed_clock import FixedClock
from fakes.ledger_home import LedgerHome, answered, send

HOUR = 3600.0
DAY = 24 * HOUR


def at(folder: Path, year: int, month: int, day: int, hour: int = 12) -> LedgerHome:
    return LedgerHome(folder=folder / "gate", clock=FixedClock(datetime(year, month, day, hour, tzinfo=UTC)))


def sums(ledger: Ledger) -> tuple[int, int]:
    spent = ledger.spending(UTC)
    return spent.today.microdollars, spent.this_month.microdollars


def test_a_send_costs_its_worst_case_until_it_ended(tmp_path: Path) -> None:
    with at(tmp_path, 2026, 3, 10).open() as ledger:
        sent = ledger.record(send(cost=500))
        assert sums(ledger) == (500, 500)
        ledger.record_outcome(sent, answered(cost=120))
        assert sums(ledger) == (120, 120)
        failed = ledger.record(send(cost=500))
        ledger.record_outcome(failed, Outcome(verdict=Verdict.FAILED))
        assert sums(ledger) == (620, 620)


def test_nothing_was_spent_in_an_empty_ledger(tmp_path: Path) -> None:
    with at(tmp_path, 2026, 3, 10).open() as ledger:
        assert ledger.spending(UTC).today == Spent(microdollars=0, sends=0, unpriced_sends=0)


def test_a_send_without_a_price_is_counted_apart(tmp_path: Path) -> None:
    with at(tmp_path, 2026, 3, 10).open() as ledger:
        ledger.record(send(cost=None))
        ledger.record(send(cost=7))
        assert ledger.spending(UTC).today == Spent(microdollars=7, sends=2, unpriced_sends=1)


def test_a_new_day_begins_at_midnight_of_the_users_calendar(tmp_path: Path) -> None:
    home = at(tmp_path, 2026, 3, 10, hour=20)
    tokyo = ZoneInfo("Asia/Tokyo")  # nine hours ahead: it is the 11th there since 15:00
    with home.open() as ledger:
        ledger.record(send(cost=100))
        home.clock.advance(5 * HOUR)
        ledger.record(send(cost=10))
        assert ledger.spending(UTC).today.microdollars == 10
        assert ledger.spending(tokyo).today.microdollars == 110
        home.clock.advance(15 * HOUR)
        assert ledger.spending(tokyo).today.microdollars == 0


@pytest.mark.parametrize(("day", "length_hours"), [(29, 23), (25, 25)])
def test_a_day_on_which_the_clocks_change_is_one_day(tmp_path: Path, day: int, length_hours: int) -> None:
    month = 3 if day == 29 else 10
    berlin = ZoneInfo("Europe/Berlin")
    midnight = datetime(2026, month, day, tzinfo=berlin).astimezone(UTC)
    home = LedgerHome(folder=tmp_path / "gate", clock=FixedClock(midnight + timedelta(minutes=1)))
    with home.open() as ledger:
        ledger.record(send(cost=5))
        home.clock.advance((length_hours * HOUR) - 120)
        assert ledger.spending(berlin).today.microdollars == 5
        home.clock.advance(120)
        assert ledger.spending(berlin).today.microdollars == 0


def test_a_new_month_begins_with_its_first_day(tmp_path: Path) -> None:
    home = at(tmp_path, 2026, 3, 30)
    with home.open() as ledger:
        ledger.record(send(cost=100))
        home.clock.advance(DAY)
        ledger.record(send(cost=10))
        assert sums(ledger) == (10, 110)
        home.clock.advance(DAY)
        assert sums(ledger) == (0, 0)


@pytest.mark.parametrize("days", [1, 40, 400])
def test_a_clock_that_jumps_back_frees_no_budget(tmp_path: Path, days: int) -> None:
    home = at(tmp_path, 2026, 3, 10)
    with home.open() as ledger:
        ledger.record(send(cost=100))
        home.clock.advance(-days * DAY)
        spending = ledger.spending(UTC)
        assert (spending.today.microdollars, spending.this_month.microdollars) == (100, 100)
        assert spending.future_entries == 1
        ledger.record(send(cost=10))
        assert sums(ledger) == (110, 110)


def test_what_was_spent_while_the_clock_was_behind_counts_when_it_is_right_again(tmp_path: Path) -> None:
    home = at(tmp_path, 2026, 3, 10)
    with home.open() as ledger:
        ledger.record(send(cost=100))
        home.clock.advance(-5 * DAY)
        ledger.record(send(cost=10))
        home.clock.advance(5 * DAY)
        assert sums(ledger) == (110, 110)


@pytest.mark.parametrize("seed", range(4))
def test_a_ledger_that_was_open_all_the_time_and_one_just_opened_agree(tmp_path: Path, seed: int) -> None:
    home, chance, open_sends = at(tmp_path, 2026, 3, 30), random.Random(seed), list[LedgerEntry]()
    seen: list[tuple[int, int]] = []
    with home.open() as ledger, open_database(home.file, is_read_only=True) as reader:
        for _ in range(40):
            home.clock.advance(chance.choice((0, 1, HOUR, 10 * HOUR, 2 * DAY, -3 * DAY)))
            if open_sends and chance.random() < 0.5:
                ended = open_sends.pop(chance.randrange(len(open_sends)))
                ledger.record_outcome(ended, answered(cost=chance.choice((None, 0, 3, 900))))
            else:
                open_sends.append(ledger.record(send(cost=chance.choice((None, 0, 50, 700)))))
            seen.append(sums(ledger))
            assert ledger.spending(UTC) == Sums(reader).at(home.clock.now(), UTC)
    assert len(set(seen)) > 5


def test_what_ended_after_midnight_belongs_to_the_day_it_was_sent(tmp_path: Path) -> None:
    home = at(tmp_path, 2026, 3, 10, hour=23)
    with home.open() as ledger:
        sent = ledger.record(send(cost=500))
        home.clock.advance(2 * HOUR)
        ledger.record_outcome(sent, answered(cost=400))
        assert sums(ledger) == (0, 400)


def test_the_system_s_own_calendar_is_the_default(tmp_path: Path) -> None:
    home = at(tmp_path, 2026, 3, 10)
    with home.open() as ledger:
        ledger.record(send(cost=100))
        assert ledger.spending().today.microdollars == 100
        home.clock.advance(2 * DAY)
        assert ledger.spending().today.microdollars == 0

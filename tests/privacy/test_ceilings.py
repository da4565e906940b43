"""Sums are exact, a ceiling itself may be reached, and an amount reads as a person writes it."""

from __future__ import annotations

import pytest

from aspen.core.model_card import Zone
from aspen.core.policy import Ceilings
from aspen.privacy.ceilings import Excess, Spent, dollars, excess, is_price_missing


def test_a_ceiling_may_be_reached_and_not_passed() -> None:
    ceilings, spent = Ceilings(day_microdollars=100), Spent(day_microdollars=60)
    assert excess(ceilings, spent, 40) is None
    assert excess(ceilings, spent, 41) == Excess(ceiling="day", ceiling_microdollars=100, reaches_microdollars=101)


def test_what_costs_nothing_breaks_no_ceiling_even_one_that_is_broken() -> None:
    assert excess(Ceilings(day_microdollars=0), Spent(day_microdollars=10), 0) is None


def test_a_price_is_missing_only_where_a_bill_could_come_and_a_ceiling_is_set() -> None:
    ceilings = Ceilings(month_microdollars=1)
    assert is_price_missing(ceilings, Zone.CLOUD, None)
    assert not is_price_missing(ceilings, Zone.CLOUD, 0)
    assert not is_price_missing(ceilings, Zone.OWN_SERVERS, None)
    assert not is_price_missing(Ceilings(), Zone.CLOUD, None)


def test_the_sentence_names_both_amounts() -> None:
    over = excess(Ceilings(request_microdollars=500_000), Spent(), 1_250_001)
    assert over is not None
    assert over.sentence == "At its longest it could bring you to $1.250001; your ceiling is $0.50 a request."


@pytest.mark.parametrize(
    ("microdollars", "written"),
    [(0, "$0.00"), (1, "$0.000001"), (500_000, "$0.50"), (12_340_000, "$12.34"), (10**9, "$1,000.00")],
)
def test_an_amount_is_written_exactly(microdollars: int, written: str) -> None:
    assert dollars(microdollars) == written

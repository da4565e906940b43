"""Ceilings are compared with the worst case, and the first one that would be passed is named."""

from __future__ import annotations

import pytest

from aspen.core.errors import OverCeiling
from aspen.core.policy import Ceilings
from aspen.egress.gate.spending import NOTHING_SPENT, check_ceilings
from aspen.privacy.ceilings import Spent

_ALL = Ceilings(request_microdollars=100, day_microdollars=200, month_microdollars=300)


@pytest.mark.parametrize(
    ("day", "month", "worst", "passed"),
    [
        (0, 0, 100, None),
        (0, 0, 101, "request"),
        (100, 100, 100, None),
        (101, 101, 100, "day"),
        (0, 201, 100, "month"),
        (500, 500, 0, None),
        (500, 500, None, None),
    ],
)
def test_the_first_ceiling_that_would_be_passed_is_named(
    day: int, month: int, worst: int | None, passed: str | None
) -> None:
    spent = Spent(day_microdollars=day, month_microdollars=month)
    if passed is None:
        check_ceilings(_ALL, spent, worst)
    else:
        with pytest.raises(OverCeiling) as caught:
            check_ceilings(_ALL, spent, worst)
        assert caught.value.facts["ceiling"] == passed


def test_a_sentence_has_both_amounts() -> None:
    with pytest.raises(OverCeiling, match=r"\$2\.50.*\$1\.00"):
        check_ceilings(Ceilings(request_microdollars=1_000_000), NOTHING_SPENT, 2_500_000)

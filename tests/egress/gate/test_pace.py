"""A core gone mad is slowed down before it is read."""

from __future__ import annotations

import pytest

from aspen.core.errors import DoesNotFit, RateLimited
from aspen.egress.gate.pace import LARGEST_BODY_BYTES, MOST_A_MINUTE, Pace


def test_so_many_a_minute_and_then_again() -> None:
    now = 100.0
    pace = Pace(lambda: now)
    for _ in range(MOST_A_MINUTE):
        pace.admit(b"")
    now = 130.0
    with pytest.raises(RateLimited) as caught:
        pace.admit(b"")
    assert caught.value.facts["retry_after_seconds"] == pytest.approx(30.0)
    now = 160.0
    pace.admit(b"")


def test_a_body_has_a_bound() -> None:
    pace = Pace(lambda: 0.0)
    pace.admit(bytes(LARGEST_BODY_BYTES))
    with pytest.raises(DoesNotFit):
        pace.admit(bytes(LARGEST_BODY_BYTES + 1))

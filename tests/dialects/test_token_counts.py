"""Counts of a provider's that can be none are nothing: neither a crash at the bill nor money back."""

from __future__ import annotations

import pytest

from aspen.dialects.token_counts import count_in


@pytest.mark.parametrize(("told", "count"), [(7, 7), (0, 0), (-7, 0), ("7", 0), (7.5, 0), (True, 0), (None, 0)])
def test_only_a_whole_number_counts(told: object, count: int) -> None:
    assert count_in({"tokens": told}, "tokens") == count
    assert count_in({}, "tokens") == 0

"""Ids of calls fit a provider's rule, and call and result still belong together."""

from __future__ import annotations

from aspen.dialects.call_ids import any_id, fitting

fit = fitting("[A-Za-z0-9]{9}", 9)


def test_an_id_that_fits_stays() -> None:
    assert fit("abcDEF123") == "abcDEF123"
    assert any_id("anything at all") == "anything at all"


def test_another_becomes_one_that_fits_the_same_each_time() -> None:
    assert fit("toolu_1") == fit("toolu_1")
    assert fit(fit("toolu_1")) == fit("toolu_1")
    assert len({fit(f"toolu_{each}") for each in range(100)}) == 100


def test_a_half_of_a_surrogate_pair_is_an_id_like_any_other() -> None:
    assert len(fit("\ud800")) == 9

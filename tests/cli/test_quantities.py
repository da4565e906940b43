"""Sizes and times read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aspen.cli.quantities import count_words, duration_words, moment_words, seconds_of, size_words
from aspen.core.errors import Misused


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 bytes"),
        (98_300_000, "98 MB"),
        (999_400_000, "999 MB"),
        (999_600_000, "1.0 GB"),
        (2_497_000_000, "2.5 GB"),
        (1_400_000_000_000, "1,400 GB"),
    ],
)
def test_sizes_are_said_in_decimal_units(size_bytes: int, words: str) -> None:
    assert size_words(size_bytes) == words


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 s"), (400, "6 min"), (4800, "1 h 20 min"), (7200, "2 h")])
def test_times_are_said_in_two_units_at_most(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("words", "seconds"), [("90", 90), ("30s", 30), ("10m", 600), ("1.5h", 5400), ("0", 0), ("forever", -1), ("-1", -1)]
)
def test_a_time_can_be_typed_in_several_ways(words: str, seconds: float) -> None:
    assert seconds_of(words) == seconds


def test_a_moment_is_said_as_the_wall_clock_here_shows_it() -> None:
    here = datetime(2026, 1, 2, 10, 41, 7, 500_000).astimezone()
    for told in (here, here.astimezone(UTC)):
        assert moment_words(told.isoformat()) == "2026-01-02 10:41"
        assert moment_words(told.isoformat(), to_the="seconds") == "2026-01-02 10:41:07"
    assert moment_words("soon") == "soon"


@pytest.mark.parametrize("words", ["", "soon", "10 weeks", "-5", "1e3"])
def test_what_is_no_time_is_a_misuse(words: str) -> None:
    with pytest.raises(Misused, match="is not a time"):
        seconds_of(words)


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [
        (0, "file", "0 files"),
        (1, "file", "1 file"),
        (1200, "byte", "1,200 bytes"),
        (1, "e-mail address", "1 e-mail address"),
        (2, "e-mail address", "2 e-mail addresses"),
        (3, "entry", "3 entries"),
        (2, "day", "2 days"),
    ],
)
def test_a_count_agrees_with_its_noun(count: int, noun: str, words: str) -> None:
    assert count_words(count, noun) == words

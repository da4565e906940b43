"""Each check accepts a published number and refuses the same with one digit changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aspen.privacy.detection.checksums import luhn, mod_11_2, mod_11_10, mod_97_10, verhoeff, weighted


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (luhn, "79927398713"),
        (mod_97_10, "3214282912345698765432161182"),
        (mod_11_10, "33392005961"),
        (mod_11_2, "079X"),
        (verhoeff, "2363"),
    ],
)
def test_a_check_accepts_a_right_number_and_no_neighbour_of_it(check: Callable[[str], bool], number: str) -> None:
    assert check(number)
    neighbours = [str((int(number[0]) + step) % 10) + number[1:] for step in range(1, 10)]
    assert not any(check(neighbour) for neighbour in neighbours)


def test_a_weighted_sum_ends_with_the_shorter_of_the_two() -> None:
    assert weighted("123", (1, 10)) == 21
    assert weighted("12", (1, 10, 100)) == 21

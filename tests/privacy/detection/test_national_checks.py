"""Checks that the form of a number alone does not show: numbers that no office gives out."""

from __future__ import annotations

import pytest

from aspen.privacy.detection import national_checks as checks


@pytest.mark.parametrize("number", ["000123456", "666123456", "900123456", "123006789", "123450000", "078051120"])
def test_a_number_that_was_never_given_out_is_no_social_security_number(number: str) -> None:
    assert not checks.us_ssn(number)


@pytest.mark.parametrize(("day", "month", "is_one"), [("31", "12", True), ("00", "12", False), ("31", "13", False)])
def test_a_day_is_one_of_a_month(day: str, month: str, is_one: bool) -> None:
    assert checks.is_day(day, month) is is_one


def test_people_born_since_2000_have_another_check_in_belgium() -> None:
    first = "010203004"
    assert checks.be_nn(first + f"{97 - int('2' + first) % 97:02d}")
    assert checks.be_nn(first + f"{97 - int(first) % 97:02d}")
    assert not checks.be_nn(first + "00")


def test_corsicans_have_a_letter_in_their_number() -> None:
    check = 97 - int("2550519123456") % 97
    assert checks.fr_nir(f"255052A123456{check:02d}")
    assert not checks.fr_nir(f"255052B123456{check:02d}")


def test_a_coordination_number_adds_sixty_to_the_day_in_sweden() -> None:
    assert checks.se_personnummer("7010632391")

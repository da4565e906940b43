"""Numbers of people are found where form and check digits or the word before them say so."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.national_ids import find_national_ids
from aspen.privacy.detection.view import read_plainly


def ids_in(text: str) -> list[tuple[str, str]]:
    found = find_national_ids(read_plainly(text))
    return [(text[each.start : each.end], each.what.removeprefix("a national id (")[:-1]) for each in found]


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("Her SSN: 536-90-4399.", "536-90-4399", "US social security number"),
        ("social security 536904399", "536904399", "US social security number"),
        ("SIN 123 456 782", "123 456 782", "Canadian social insurance number"),
        ("NINO HH 01 23 45 D", "HH 01 23 45 D", "UK national insurance number"),
        ("NHS 943 476 5919", "943 476 5919", "NHS number"),
        ("Steuer-ID 36 574 261 809", "36 574 261 809", "German tax number"),
        ("Numéro de sécu 2 95 10 99 126 111 93", "2 95 10 99 126 111 93", "French social security number"),
        ("DNI 54362315-K", "54362315-K", "Spanish identity number"),
        ("NIE X2482300W", "X2482300W", "Spanish identity number"),
        ("RCCMNL83S18D969H", "RCCMNL83S18D969H", "Italian tax code"),
        ("BSN 111222333", "111222333", "Dutch citizen number"),
        ("85.07.30-033.28", "85.07.30-033.28", "Belgian national number"),
        ("PESEL 44051401359", "44051401359", "Polish PESEL"),
        ("880320-0016", "880320-0016", "Swedish identity number"),
        ("131052-308T", "131052-308T", "Finnish identity code"),
        ("AHV 756.9217.0769.85", "756.9217.0769.85", "Swiss insurance number"),
        ("390.533.447-05", "390.533.447-05", "Brazilian CPF"),
        ("Aadhaar 2341 2341 2346", "2341 2341 2346", "Indian Aadhaar number"),
        ("11010519491231002X", "11010519491231002X", "Chinese identity number"),
        ("passport no. C01X00T47", "C01X00T47", "passport number"),
        ("driver's license number: D1234567", "D1234567", "driving licence number"),
    ],
)
def test_a_number_of_a_person_is_found_and_its_office_named(text: str, number: str, name: str) -> None:
    assert (number, name) in ids_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "536-90-439",
        "000-90-4399",
        "111222333",  # a Dutch number that no word names
        "943 476 5919",
        "880320-0017",
        "131052-308U",
        "54362315-X",
        "1.54362315E-3",
        "2024-10-19",
        "call 555-123-4567",
        "ISBN 3-16-148410-X",
        "version 10.12.2024",
        "passport to freedom",
    ],
)
def test_other_numbers_are_nobody_s(text: str) -> None:
    assert ids_in(text) == []

"""What a reader says of people becomes hints and never a label; what it does not say is a hint as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.egress import Hint
from aspen.privacy.detection.finding import Finding, Kind, Severity
from aspen.privacy.detection.people import (
    MOST_CHARACTERS,
    PIECE_CHARACTERS,
    hints_of,
    joined_hints,
    people_in,
    pieces_of,
)

LETTER = "Mary Smith, born on 3 May 1981 in Oslo, works for Acme since 2 June 2020."


def _said(piece: str, *found: tuple[str, str]) -> tuple[Finding, ...]:
    spans = [[piece.index(words), piece.index(words) + len(words), entity] for words, entity in found]
    return people_in(piece, {"found": spans})


def test_people_and_dates_of_birth_are_shown_and_places_firms_and_other_dates_are_not() -> None:
    found = _said(
        LETTER,
        ("Mary Smith", "PERSON"),
        ("3 May 1981", "DATE_TIME"),
        ("Oslo", "LOCATION"),
        ("Acme", "ORGANIZATION"),
        ("2 June 2020", "DATE_TIME"),
    )
    assert [(each.kind, LETTER[each.start : each.end]) for each in found] == [
        (Kind.PERSON, "Mary Smith"),
        (Kind.BIRTH_DATE, "3 May 1981"),
    ]


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.BIRTH_DATE, Kind.DOCUMENT, Kind.UNSEEN_NAMES])
def test_nothing_of_it_stays_here_by_itself(kind: Kind) -> None:
    assert Finding(start=0, end=1, kind=kind, what="").severity is Severity.SHOWN


@pytest.mark.parametrize(
    ("text", "date", "is_of_birth"),
    [
        ("DOB: 8/2/1978", "8/2/1978", True),
        ("d.o.b. 8/2/1978", "8/2/1978", True),
        ("Her birthday is on 8 February.", "8 February", True),
        ("My birthday is on Monday", "Monday", False),
        ("Dobrovolny came on 8/2/1978", "8/2/1978", False),
        ("Reborn on 8/2/1978", "8/2/1978", False),
    ],
)
def test_a_date_is_of_birth_where_a_word_before_it_says_so(text: str, date: str, is_of_birth: bool) -> None:
    assert [each.kind for each in _said(text, (date, "DATE_TIME"))] == ([Kind.BIRTH_DATE] if is_of_birth else [])


def test_words_without_a_capital_are_nobodys_name() -> None:
    assert _said("the salesperson", ("salesperson", "PERSON")) == ()


@pytest.mark.parametrize(
    ("text", "count"), [("Summarise", 0), ("*Summarise!*\n", 0), ("Mary Smith", 1), ("Mary, go", 1)]
)
def test_one_word_that_is_all_of_the_text_is_an_order_and_nobodys_name(text: str, count: int) -> None:
    name = text.strip("*!\n").partition(",")[0]
    assert len(_said(text, (name, "PERSON"))) == count


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"found": None},
        {"found": [[0, 99, "PERSON"]]},
        {"found": [[-1, 2, "PERSON"]]},
        {"found": [[3, 3, "PERSON"]]},
        {"found": [["0", 3, "PERSON"]]},
        {"found": [[0, 3]]},
        {"found": [{"start": 0}]},
    ],
)
def test_an_answer_that_makes_no_sense_is_an_error_and_no_empty_answer(told: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        people_in("Mary Smith", told)


def test_the_same_name_twice_is_one_however_it_is_written() -> None:
    piece = "Mary Smith. MARY  SMITH. John."
    found = people_in(piece, {"found": [[0, 10, "PERSON"], [12, 23, "PERSON"], [25, 29, "PERSON"]]})
    assert hints_of([(piece, found)]) == (Hint(kind="personal name", count=2),)


def test_a_piece_that_nobody_looked_through_is_a_hint() -> None:
    assert hints_of([("Mary", None), ("Mary", None)]) == (
        Hint(kind="text that could not be looked through for names", count=1),
    )
    assert hints_of([("Mary", ())]) == ()


def test_hints_of_two_looks_are_added_up_and_none_is_lost() -> None:
    phone, one, two = Hint(kind="phone number", count=1), Hint(kind="a", count=1), Hint(kind="a", count=2)
    assert joined_hints((phone, one), (two,)) == (Hint(kind="a", count=3), phone)


@given(st.text(alphabet="ab \n.", max_size=60_000).map(lambda text: text * 3))
def test_pieces_are_the_text_and_none_is_too_long(text: str) -> None:
    pieces = pieces_of(text)
    assert "".join(pieces) == text[:MOST_CHARACTERS]
    assert all(0 < len(piece) <= PIECE_CHARACTERS for piece in pieces)


def test_no_word_is_cut_in_two() -> None:
    text = "Mary Smith wrote. " * 4_000
    assert all(piece.startswith("Mary") for piece in pieces_of(text))


def test_a_text_without_a_place_to_cut_is_cut_all_the_same() -> None:
    assert [len(piece) for piece in pieces_of("x" * 25_000)] == [10_000, 10_000, 5_000]

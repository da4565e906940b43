"""Card numbers are found in the ways that people write them; other long numbers are not."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.payment_cards import find_payment_cards
from aspen.privacy.detection.view import read_plainly

CARDS = ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "3782 822463 10005", "6011111111111117"]


def cards_in(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find_payment_cards(read_plainly(text))]


@pytest.mark.parametrize(
    "card", [*CARDS, "2223003122003222", "3530111333300000", "36227206271667", "4 1 1 1 " * 3 + "1 1 1 1"]
)
@pytest.mark.parametrize("sentence", ["charge {} please", "order 1187, card {} 12/27", '"pan":"{}"', "{}"])
def test_a_card_number_is_found_alone_and_among_other_numbers(card: str, sentence: str) -> None:
    whole = card if card[1] != " " else "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
    assert cards_in(sentence.replace("{}", whole)) == [whole]


def test_two_cards_in_a_row_are_two() -> None:
    assert cards_in(f"{CARDS[0]} {CARDS[3]}") == [CARDS[0], CARDS[3]]


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # wrong check digit
        "1234567890123452",  # right check digit, nobody's range
        "order 1000000000000008",
        "0.4111111111111111",
        "x4111111111111111",
        "4111111111111111abc",
        "1799999999999",  # milliseconds since 1970
        "978-3-16-148410-0",
        "2029-10-19 12:30:45.123456",
        "41 11 111 1111 1111 11",  # nobody groups cards like this
        "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "4444 3333 2222",
    ],
)
def test_other_long_numbers_are_no_cards(text: str) -> None:
    assert cards_in(text) == []

"""Lines of addresses of several countries are found to be shown."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.postal_addresses import find_postal_addresses
from aspen.privacy.detection.view import read_plainly


def addresses_in(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find_postal_addresses(read_plainly(text))]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("I live at 12 Maple Street.", "12 Maple Street"),
        ("Springfield, IL 62704", "Springfield, IL 62704"),
        ("London SW1A 2AA", "SW1A 2AA"),
        ("Hauptstraße 5, Berlin", "Hauptstraße 5"),
        ("12 bis, rue de la Paix", "12 bis, rue de la Paix"),
        ("Calle Mayor 5, Madrid", "Calle Mayor 5"),
        ("Via Roma 29", "Via Roma 29"),
        ("Keizersgracht 123", "Keizersgracht 123"),
        ("P.O. Box 1234", "P.O. Box 1234"),
    ],
)
def test_a_line_of_an_address_is_found(text: str, line: str) -> None:
    assert line in addresses_in(text)


@pytest.mark.parametrize(
    "text", ["Covering 160 squares", "in 2020 the Street", "version 12", "step 3 of 4", "def rue(x): return 5"]
)
def test_other_text_is_no_address(text: str) -> None:
    assert addresses_in(text) == []

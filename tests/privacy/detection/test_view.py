"""Look-alike and invisible characters do not hide anything, and offsets lead back to the text as it was given."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.view import read_plainly


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("４１１１", "4111"),  # full width
        ("٤١١١", "4111"),  # Arabic-Indic
        ("𝟒𝟏𝟏𝟏", "4111"),  # mathematical
        ("41\u200b1\u20601", "4111"),  # zero width
        ("4\u03361\u033611", "4111"),  # struck through
        ("АKIА", "AKIA"),  # two Cyrillic letters
        ("4111\u00a01111\u20091111", "4111 1111 1111"),
        ("1‐2–3", "1-2-3"),
        ("".join(chr(0xE0000 + ord(each)) for each in "hidden"), "hidden"),  # tag characters
    ],
)
def test_a_text_reads_as_people_see_it(text: str, plain: str) -> None:
    assert read_plainly(text).text == plain


@pytest.mark.parametrize("text", ["abc", "a\u200bb\u200bc", "ä\u0301öü", "\U0001f600x\u200dy", "\ud800x"])
def test_there_is_one_byte_for_each_character_and_a_way_back(text: str) -> None:
    view = read_plainly(text)
    assert len(view.narrow) == len(view.text)
    for at in range(len(view.text)):
        start, end = view.span(at, at + 1)
        assert 0 <= start < end <= len(text)


def test_a_span_covers_the_invisible_characters_inside_of_it() -> None:
    text = "x 41\u200b11 y"
    view = read_plainly(text)
    at = view.text.index("4111")
    assert view.span(at, at + 4) == (2, 7)

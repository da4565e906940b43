"""What the user has listed is found whole, however it is written; a pattern that cannot be used is named."""

from __future__ import annotations

import pytest

from aspen.core.errors import BadSetting
from aspen.privacy.detection.own_words import NO_WORDS, checked_words, find_own_words
from aspen.privacy.detection.view import read_plainly

OWN = checked_words(["Project Falcon", "Müller", "Ann", "Ann Lee", "Иванов", "山田", "C++ Ltd"], [r"PRJ-\d{4}"])


def found_in(text: str) -> list[str]:
    return [text[each.start : each.end].strip() for each in find_own_words(read_plainly(text), OWN)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("about project falcon, you know", "project falcon"),
        ("PROJECT\nFALCON", "PROJECT\nFALCON"),
        ("project-falcon.docx", "project-falcon"),
        ("Herr MÜLLER's contract", "MÜLLER"),
        ("ask Ann", "Ann"),
        ("ask Ann Leeds", "Ann"),
        ("господин иванов", "иванов"),
        ("私は山田です", "山田"),
        ("prj-1234", "prj-1234"),
    ],
)
def test_a_word_is_found_in_any_case_and_spacing(text: str, word: str) -> None:
    (found,) = found_in(text)
    assert found.startswith(word)


@pytest.mark.parametrize("text", ["Anna", "cannot", "Falconry", "projectfalconer", "Müllers", "PRJ-12"])
def test_a_part_of_another_word_is_not_it(text: str) -> None:
    assert found_in(text) == []


def test_no_words_find_nothing() -> None:
    assert list(find_own_words(read_plainly("Project Falcon"), NO_WORDS)) == []


def test_blank_lines_of_a_list_are_no_words() -> None:
    assert checked_words(["", "  ", "\u200b", " Falcon "]).words == ("Falcon",)


def test_a_long_list_is_looked_for_whole() -> None:
    clients = checked_words(f"Client {number} & Söhne" for number in range(3000))
    text = "client 0 & söhne; client 2999 & söhne; client 3000 & söhne"
    assert [found.start for found in find_own_words(read_plainly(text), clients)] == [0, 18]


def test_a_word_as_long_as_a_text_is_refused() -> None:
    with pytest.raises(BadSetting, match="2,000 characters"):
        checked_words(["Falcon", "x" * 2000])


@pytest.mark.parametrize("pattern", ["(", "a*", r"(?=x)"])
def test_a_pattern_that_cannot_be_used_is_named(pattern: str) -> None:
    with pytest.raises(BadSetting) as refused:
        checked_words(patterns=[pattern])
    assert repr(pattern) in refused.value.sentence

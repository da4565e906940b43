from __future__ import annotations

import time

import pytest

from aspen.documents.query import query_of
from aspen.documents.terms import camel_parts, question_terms, quoted_phrases


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("maxRetries", "max Retries"),
        ("HTTPServer2Go", "HTTP Server 2 Go"),
        ("getURL of snake_case and Plain WORDS", "get URL"),
        ("_sleepForRetry(x)", "sleep For Retry"),
    ],
)
def test_identifiers_are_split(text: str, parts: str) -> None:
    assert camel_parts(text) == parts


def test_words_that_say_nothing_are_dropped_from_a_question() -> None:
    assert question_terms("Where is the retry logic?") == ("retry", "logic")


def test_a_question_of_such_words_alone_keeps_them() -> None:
    assert question_terms("What is it?") == ("What", "is", "it")


def test_identifiers_of_a_question_are_there_whole_and_in_parts() -> None:
    assert question_terms("maxRetries or max_wait") == ("maxRetries", "max", "Retries", "max_wait", "wait")


def test_what_is_quoted_is_kept_as_a_phrase() -> None:
    assert quoted_phrases('find "the exact words" and `a_name(x)` but not ""') == ("the exact words", "a_name(x)")


def test_scripts_without_spaces_are_looked_up_letter_by_letter() -> None:
    assert question_terms("検索") == ("検", "索")


def test_nothing_that_is_typed_is_an_operator() -> None:
    assert query_of('a* OR "bb" NEAR(x) col:y').strict == '("bb") AND ("bb" OR "NEAR" OR "NEAR"* OR "col" OR "bb")'


@pytest.mark.parametrize("unit", ["a", "A", "aA", "a1", "_a", '"a', "漢", " "])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    began = time.process_time()
    camel_parts(unit * 300_000)
    query_of(unit * 300_000)
    assert time.process_time() - began < 3

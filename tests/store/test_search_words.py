"""Whatever is typed into a search field is a query: words are words, never operators or mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.database.connection import open_database
from aspen.store.schema import TOKENIZER
from aspen.store.search_words import LONGEST_SEARCH, match_expression


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("", ""),
        (' \n " "', ""),
        ("pear", '"pear" *'),
        ("p", '"p"'),
        ("pear tree", '"pear" "tree" *'),
        ('"pear tree"', '"pear tree"'),
        ('"pear tree" ro', '"pear tree" "ro" *'),
        ('ro "pear tr', '"ro" "pear tr" *'),
        ("\u201epear tree\u201c ", '"pear tree"'),
        ("a OR b* NOT title:c", '"a" "OR" "b*" "NOT" "title:c" *'),
        ("cut\0here", '"cut" "here" *'),
    ],
)
def test_words_are_quoted_and_the_last_one_may_be_a_beginning(text: str, expression: str) -> None:
    assert match_expression(text) == expression


def test_a_whole_book_in_the_search_field_is_cut() -> None:
    assert match_expression("word " * 10_000).count('"word"') == 32
    assert len(match_expression("x" * 10_000)) == LONGEST_SEARCH + len('"" *')


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(['"', "*", "(", ")", "^", "NEAR", "AND", "a", " ", ":", "-", "+", "\0", "\ud83d"])
        ).map("".join),
    )
)
def test_nothing_that_is_typed_is_a_mistake(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with open_database(tmp_path_factory.getbasetemp() / "words.sqlite") as connection:
        connection.execute(f'CREATE VIRTUAL TABLE IF NOT EXISTS w USING fts5 (title, words, tokenize = "{TOKENIZER}")')
        if expression := match_expression(text):
            connection.execute("SELECT rowid FROM w WHERE w MATCH ?", (expression,))

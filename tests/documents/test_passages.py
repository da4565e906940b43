from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.documents.document import Document, DocumentKind, Passage, covers, words_of_place
from aspen.documents.passages import DEFAULT_SIZES, Sizes, split

SMALL = Sizes(target=24, most=40, overlap=6)
LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "# Title",
                "## Part",
                "===",
                "```",
                "def f(x):",
                "    return x",
                "class A:",
                '    """words',
                'a,"b',
                "function go() {",
                "}",
                "# comment",
                "@decorated",
                "\f",
                "x" * 300,
                "\t",
                "äöü 漢字 🙂",
            ]
        ),
        st.text(max_size=40),
    ),
    max_size=60,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(ENDS).join(draw(LINES))
    starts: tuple[int, ...] = ()
    if draw(st.booleans()):
        starts = (0, *sorted(draw(st.lists(st.integers(0, len(text)), max_size=5))))
    return Document(text=text, kind=draw(st.sampled_from(DocumentKind)), page_starts=starts)


@settings(max_examples=200, deadline=None)
@given(documents(), st.sampled_from([SMALL, DEFAULT_SIZES]))
def test_the_places_joined_are_all_of_the_text_and_each_place_is_true(document: Document, sizes: Sizes) -> None:
    passages = split(document, sizes)
    assert covers(passages, document.text)
    for passage in passages:
        place = passage.place
        assert document.text[place.start : place.end] == passage.text
        assert place.first_line == document.text.count("\n", 0, place.start) + 1
        lines = document.text.split("\n")[place.first_line - 1 : place.last_line]
        assert passage.text.rstrip() in "\n".join(lines)
        assert passage.tokens <= sizes.most + 160  # the lead of a table
    starts = [passage.place.start for passage in passages]
    assert starts == sorted(starts)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_only_a_little_is_said_twice(document: Document) -> None:
    for before, after in pairwise(split(document, SMALL)):
        assert len(document.text[after.place.start : before.place.end].encode()) <= SMALL.overlap * 4


def headings(passages: tuple[Passage, ...]) -> list[tuple[str, ...]]:
    return [passage.place.headings for passage in passages]


PYTHON = '''"""Words."""
import os

# why
@cached
def first(x):
    """More
def not_a_function():
    """
    return x


class Thing:
    size = 1

    def grow(self):
        return os


LATER = 1
'''


def test_python_is_cut_at_functions_classes_and_methods() -> None:
    passages = split(Document(text=PYTHON, kind=DocumentKind.PYTHON), Sizes(target=5, most=40, overlap=0))
    assert headings(passages) == [(), ("first",), ("Thing",), ("Thing.grow",), ()]
    assert passages[1].text.startswith("# why\n@cached\ndef first")
    assert passages[1].text.rstrip().endswith("return x")
    assert words_of_place(passages[1].place, "a.py", DocumentKind.PYTHON) == "a.py:4-10"


def test_python_that_cannot_be_parsed_is_cut_as_other_code_is() -> None:
    text = "print 'old'\n\n\ndef first():\n    exec 'x'\n\n\ndef second():\n    pass\n"
    passages = split(Document(text=text, kind=DocumentKind.PYTHON), Sizes(target=3, most=40, overlap=0))
    assert ("first",) in headings(passages)
    assert ("second",) in headings(passages)


GO = """package main

// Retry tries again.
// It waits in between.
func Retry(n int) error {
	return nil
}

type Waiter struct {
	n int
}

func (w *Waiter) Wait() {
}
"""


def test_code_of_another_language_is_cut_at_what_looks_like_a_definition() -> None:
    passages = split(Document(text=GO, kind=DocumentKind.CODE), Sizes(target=4, most=40, overlap=0))
    assert [each for names in headings(passages) for each in names] == ["Retry", "Waiter", "Wait"]
    assert passages[1].text.startswith("// Retry tries again.")


def test_markdown_is_cut_at_headings_which_name_what_is_below() -> None:
    text = "# Guide\n\nHello.\n\n## Install\n\nDo it.\n\n```\n# no heading\n```\n\nUnderlined\n----------\n\nEnd.\n"
    passages = split(Document(text=text, kind=DocumentKind.MARKDOWN), Sizes(target=6, most=60, overlap=0))
    named = list(dict.fromkeys(name for names in headings(passages) for name in names))
    assert named == ["Guide", "Guide › Install", "Guide › Underlined"]


def test_small_neighbours_are_joined_and_all_their_names_kept() -> None:
    text = "## One\n\na\n\n## Two\n\nb\n"
    (passage,) = split(Document(text=text, kind=DocumentKind.MARKDOWN))
    assert passage.place.headings == ("One", "Two")


def test_a_table_has_its_first_row_said_with_every_passage_but_the_first() -> None:
    rows = "".join(f'{number},"name, or\nnot {number}"\n' for number in range(100))
    passages = split(Document(text=f"number,name\n{rows}", kind=DocumentKind.CSV), SMALL)
    assert passages[0].lead == ""
    assert {passage.lead for passage in passages[1:]} == {"number,name"}
    assert all(passage.text.count('"') % 2 == 0 for passage in passages)


def test_no_passage_goes_across_two_pages() -> None:
    text = "one\n\ntwo\n\nthree\n\n"
    passages = split(Document(text=text, kind=DocumentKind.PDF, page_starts=(0, 5, 10)))
    assert [passage.place.first_page for passage in passages] == [1, 2, 3]
    assert words_of_place(passages[1].place, "a.pdf", DocumentKind.PDF) == "a.pdf, p. 2"


def test_one_endless_line_is_cut_between_letters() -> None:
    text = "漢🙂ä" * 5_000
    passages = split(Document(text=text, kind=DocumentKind.TEXT))
    assert "".join(passage.text for passage in passages) == text
    assert max(passage.tokens for passage in passages) <= DEFAULT_SIZES.most


@pytest.mark.parametrize("kind", list(DocumentKind))
@pytest.mark.parametrize("unit", ["// x\n", "\n", "a\n\n", "# h\n", "```\n", 'a"\n', "x", "def f():\n\tx\n", "aB"])
def test_time_grows_with_the_text_and_no_faster(kind: DocumentKind, unit: str) -> None:
    def seconds(count: int) -> float:
        document = Document(text=unit * count, kind=kind)
        began = time.process_time()
        split(document)
        return time.process_time() - began

    count = 20_000 // len(unit)
    # The least of three: what else the machine does meanwhile only ever adds.
    short, long = (min(seconds(times * count) for _ in range(3)) for times in (1, 8))
    assert long < 8 * 6 * max(short, 0.01)

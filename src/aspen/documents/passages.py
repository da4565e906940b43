"""A text becomes passages: cut where its structure says, packed to about the same size, each with its true place.

Linear in the text. The places, joined, are all of the text, and the text at each place is the passage.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, assert_never

from aspen.documents.document import Document, DocumentKind, Passage, Place, estimated_tokens
from aspen.documents.python_structure import python_cuts
from aspen.documents.structure import Cut, code_cuts, markdown_cuts, page_cuts, paragraph_cuts, row_cuts

_MOST_HEADINGS: Final = 8
_LONGEST_LEAD: Final = 600
_BYTES_OF_A_TOKEN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """In estimated tokens. Small blocks are joined up to `target`; a block is only cut when it is over `most`."""

    target: int = 320
    most: int = 560
    overlap: int = 40

    def __post_init__(self) -> None:
        if not 0 <= self.overlap * 2 < self.target <= self.most:
            raise ValueError("an overlap is less than half of the target, and that no more than the most")


DEFAULT_SIZES: Final = Sizes()


def split(document: Document, sizes: Sizes = DEFAULT_SIZES) -> tuple[Passage, ...]:
    """Split a document into passages, in its order. Passages of blanks alone are among them."""
    if not document.text:
        return ()
    lines = document.text.splitlines(keepends=True) if _is_plain(document.text) else _lines(document.text)
    cuts = _cuts(document, lines)
    places = _Places(document, lines)
    lead = _lead(document, lines, cuts)
    spans = (span for block in _packed(cuts, places, sizes) for span in _windows(block, places, sizes))
    return tuple(
        Passage(
            place=(place := places.place(span)),
            text=document.text[place.start : place.end],
            lead=lead if place.first_line > 1 else "",
        )
        for span in spans
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines from `first` up to and without `last`, or a piece of one line by its characters."""

    first: int
    last: int
    headings: tuple[str, ...]
    start: int | None = None
    end: int | None = None


class _Places:
    """Turns line numbers into offsets, sizes and pages."""

    def __init__(self, document: Document, lines: Sequence[str]) -> None:
        self.lines = lines
        self.starts = [0, *accumulate(len(line) for line in lines)]
        self._tokens = [0, *accumulate(estimated_tokens(line) for line in lines)]
        self._page_starts = document.page_starts

    def tokens(self, first: int, last: int) -> int:
        """Estimate lines from `first` up to and without `last`; each line is rounded up."""
        return self._tokens[last] - self._tokens[first]

    def place(self, span: _Span) -> Place:
        start = self.starts[span.first] if span.start is None else span.start
        end = self.starts[span.last] if span.end is None else span.end
        return Place(
            start=start,
            end=end,
            first_line=span.first + 1,
            last_line=self._last_with_text(span),
            first_page=self._page(start),
            last_page=self._page(max(start, end - 1)),
            headings=span.headings,
        )

    def _last_with_text(self, span: _Span) -> int:
        last = span.last
        while last > span.first + 1 and not self.lines[last - 1].strip():
            last -= 1
        return last

    def _page(self, offset: int) -> int | None:
        return bisect.bisect_right(self._page_starts, offset) or None


def _is_plain(text: str) -> bool:
    """Whether Python's idea of a line is that of everybody else, which is a line feed alone."""
    return text.isascii() and not any(mark in text for mark in "\r\v\f\x1c\x1d\x1e")


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _cuts(document: Document, lines: Sequence[str]) -> list[Cut]:
    match document.kind:
        case DocumentKind.TEXT | DocumentKind.PDF:
            cuts = paragraph_cuts(lines)
        case DocumentKind.MARKDOWN | DocumentKind.DOCX:
            cuts = markdown_cuts(lines)
        case DocumentKind.PYTHON:
            cuts = python_cuts(document.text, lines)
        case DocumentKind.CODE:
            cuts = code_cuts(lines)
        case DocumentKind.CSV:
            cuts = row_cuts(lines)
        case _:
            assert_never(document.kind)
    if not document.page_starts:
        return cuts
    starts = [0, *accumulate(len(line) for line in lines)]
    return page_cuts(lines, [bisect.bisect_left(starts, offset) for offset in document.page_starts], cuts)


def _lead(document: Document, lines: Sequence[str], cuts: Sequence[Cut]) -> str:
    """The first row of a table names its columns."""
    if document.kind is not DocumentKind.CSV or len(cuts) < 2:
        return ""
    return "".join(lines[: cuts[1].line])[:_LONGEST_LEAD].rstrip("\r\n")


def _packed(cuts: Sequence[Cut], places: _Places, sizes: Sizes) -> Iterator[_Span]:
    """Join neighbours while they are small together and nothing hard lies between."""
    first, headings = 0, list[str]()
    for number, cut in enumerate(cuts):
        last = cuts[number + 1].line if number + 1 < len(cuts) else len(places.lines)
        if cut.line > first and (cut.is_hard or places.tokens(first, last) > sizes.target):
            yield _Span(first, cut.line, tuple(headings[:_MOST_HEADINGS]))
            first, headings = cut.line, []
        if cut.heading and cut.heading not in headings[-1:]:
            headings.append(cut.heading)
    yield _Span(first, len(places.lines), tuple(headings[:_MOST_HEADINGS]))


def _windows(block: _Span, places: _Places, sizes: Sizes) -> Iterator[_Span]:
    """Cut what is too large, at an empty line where there is one, with a little of the end said again."""
    if places.tokens(block.first, block.last) <= sizes.most:
        yield block
        return
    first = block.first
    while first < block.last:
        if places.tokens(first, first + 1) > sizes.most:
            yield from _pieces(first, block, places, sizes)
            first += 1
            continue
        last = _window_end(first, block.last, places, sizes)
        yield _Span(first, last, block.headings)
        first = last if last >= block.last else _overlapped(first, last, places, sizes)


def _window_end(first: int, most: int, places: _Places, sizes: Sizes) -> int:
    last = first + 1
    while last < most and places.tokens(first, last + 1) <= sizes.target:
        last += 1
    if last >= most:
        return last
    for candidate in range(last, first, -1):
        if places.tokens(first, candidate) * 2 < sizes.target:
            break
        if not places.lines[candidate - 1].strip():
            return candidate
    return last


def _overlapped(first: int, last: int, places: _Places, sizes: Sizes) -> int:
    """Step back over a few lines, if the line that comes next still fits beside them."""
    start = last
    while start - 1 > first and places.tokens(start - 1, last) <= sizes.overlap:
        start -= 1
    return start if places.tokens(start, last + 1) <= sizes.target else last


def _pieces(line: int, block: _Span, places: _Places, sizes: Sizes) -> Iterator[_Span]:
    """Cut one endless line into pieces of characters."""
    text, offset = places.lines[line], places.starts[line]
    bytes_of_a_character = estimated_tokens(text) * _BYTES_OF_A_TOKEN / len(text)
    step = max(1, int(sizes.target * _BYTES_OF_A_TOKEN / bytes_of_a_character))
    for start in range(0, len(text), step):
        end = min(start + step, len(text))
        yield _Span(line, line + 1, block.headings, offset + start, offset + end)

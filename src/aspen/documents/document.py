"""A document as text, a passage as a piece of it, and the place that a person can look it up at. Pure values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_BYTES_OF_A_TOKEN: Final = 4


class DocumentKind(StrEnum):
    """How the text of a document is built, which decides where it may be cut."""

    TEXT = "text"
    MARKDOWN = "markdown"
    PYTHON = "python"
    CODE = "code"
    CSV = "csv"
    PDF = "pdf"
    DOCX = "docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was read from a file.

    `page_starts` are offsets in characters, the first 0; empty for what has no pages. `notes` are sentences for a
    person about what was not read.
    """

    text: str
    kind: DocumentKind
    page_starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a passage lies: `text[start:end]`, which is lines `first_line` to `last_line`, counted from 1.

    A line ends at a line feed; empty lines at the end are in the text and not in the count. Pages are counted from 1
    and None where there are none. `headings` are the headings or definitions that begin in it or that it stands below,
    each as a path.
    """

    start: int
    end: int
    first_line: int
    last_line: int
    first_page: int | None = None
    last_page: int | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document. `lead` is what has to be known to read it: the first row of a table."""

    place: Place
    text: str
    lead: str = ""

    @property
    def tokens(self) -> int:
        """An estimate, the lead included."""
        return estimated_tokens(self.text) + estimated_tokens(self.lead)


def estimated_tokens(text: str) -> int:
    """Estimate how many tokens a model makes of a text: a quarter of its bytes, rounded up."""
    size_bytes = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return -(-size_bytes // _BYTES_OF_A_TOKEN)


def words_of_place(place: Place, path: str, kind: DocumentKind) -> str:
    """Word a place as people look it up: `contract.pdf, p. 12`, `src/a.py:10-31`, `notes.docx, Terms`."""
    if place.first_page is not None:
        return f"{path}, {_span('p. ', 'pp. ', place.first_page, place.last_page or place.first_page)}"
    if kind is DocumentKind.DOCX and place.headings:
        return f"{path}, {place.headings[0]}"
    return f"{path}:{_span('', '', place.first_line, place.last_line)}"


def _span(one: str, several: str, first: int, last: int) -> str:
    return f"{one}{first}" if first == last else f"{several}{first}-{last}"


def covers(passages: Sequence[Passage], text: str) -> bool:
    """Whether the places of the passages, joined, are all of the text: the law of `split`."""
    reached = 0
    for passage in passages:
        if passage.place.start > reached:
            return False
        reached = max(reached, passage.place.end)
    return reached >= len(text)

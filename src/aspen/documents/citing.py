"""Passages get numbers on their way into a prompt, and numbers in an answer get their places back. Pure.

The path stands in the name of the part alone, which is taken out of what leaves this machine; the text has the number
and lines or page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aspen.core.message import File
from aspen.documents.document import Document, DocumentKind, Passage, Place, words_of_place
from aspen.documents.index import IndexedPassage
from aspen.documents.passages import DEFAULT_SIZES, Sizes, split
from aspen.privacy.path_rules import printable

INSTRUCTION: Final = (
    "Answer from the numbered passages of the files above. After each statement that a passage supports, put its "
    "number in square brackets, like [1]. Cite no number that is not there. If the passages do not hold the answer, "
    "say so."
)
"""What a model is told of them: Aspen's own words, with nothing of a person's in them."""

_WHOLE_PIECES: Final = Sizes(target=DEFAULT_SIZES.target, most=DEFAULT_SIZES.most, overlap=0)
_KEPT_IN_ONE_PIECE: Final = frozenset({DocumentKind.PYTHON, DocumentKind.CODE, DocumentKind.CSV})
_LONGEST_CITATION: Final = 40
_OPENED: Final = re.compile(r"\[[0-9, ]*")
_NUMBERS: Final = re.compile(r"\[ ?(\d{1,4}(?: ?, ?\d{1,4}){0,7}) ?\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A numbered passage as it goes along. `passage_id` opens it in an index; None for a file that goes whole."""

    number: int
    path: str
    kind: DocumentKind
    passage: Passage
    passage_id: int | None = None

    @property
    def words(self) -> str:
        """Where a person finds it: `src/a.py:10-31`, `contract.pdf, p. 12`; fit to be printed."""
        return printable(words_of_place(self.passage.place, self.path, self.kind))

    @property
    def part(self) -> File:
        """What goes into the message."""
        place = self.passage.place
        where = _page_words(place) or f"lines {place.first_line}-{place.last_line}"
        lead = f"{self.passage.lead}\n" if self.passage.lead else ""
        return File(name=printable(self.path), text=f"[{self.number}] {where}\n{lead}{self.passage.text}")


def numbered(passages: Sequence[IndexedPassage], first: int = 1) -> tuple[Source, ...]:
    """Number passages from an index by file and place, so that they are read in order."""
    order = {path: rank for rank, path in enumerate(dict.fromkeys(each.path for each in passages))}
    in_order = sorted(passages, key=lambda each: (order[each.path], each.passage.place.start))
    return tuple(
        Source(number=number, path=each.path, kind=each.kind, passage=each.passage, passage_id=each.passage_id)
        for number, each in enumerate(in_order, first)
    )


def numbered_whole(path: str, document: Document, first: int = 1) -> tuple[Source, ...]:
    """Number a file that goes whole: prose and pages in pieces that can be cited, code and tables in one."""
    if document.kind in _KEPT_IN_ONE_PIECE:
        last_line = document.text.count("\n") + (not document.text.endswith("\n"))
        place = Place(start=0, end=len(document.text), first_line=1, last_line=last_line)
        passages: Iterable[Passage] = [Passage(place=place, text=document.text)]
    else:
        passages = split(document, _WHOLE_PIECES)
    said = [passage for passage in passages if passage.text.strip()]
    return tuple(
        Source(number=number, path=path, kind=document.kind, passage=passage)
        for number, passage in enumerate(said, first)
    )


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of an answer that is just text."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A piece of an answer that names passages. `text` is how the model wrote it."""

    text: str
    sources: tuple[Source, ...]


Piece = Words | Citation


class CitationReader:
    """Finds citations in an answer while it comes, however it is cut into deltas.

    The texts of all pieces, joined, are the answer. Numbers that nobody gave, links, and everything in code stay text.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources: Mapping[int, Source] = {source.number: source for source in sources}
        self._pending = ""
        self._code = _CodeMarks()

    def feed(self, delta: str) -> tuple[Piece, ...]:
        """Take the next words of an answer; holds back only what could still become a citation."""
        return _joined(piece for letter in delta for piece in self._step(letter))

    def flush(self) -> tuple[Piece, ...]:
        """The answer has ended: give what was held back."""
        pending, self._pending = self._pending, ""
        return _joined([self._decided(pending)] if pending else [])

    def _step(self, letter: str) -> Iterator[Piece]:
        pending = self._pending
        if pending:
            if not pending.endswith("]") and _may_go_on(pending, letter):
                self._pending += letter
                return
            self._pending = ""
            is_link = pending.endswith("]") and letter == "("
            yield Words(pending) if is_link else self._decided(pending)
        self._code.see(letter)
        if letter == "[" and not self._code.is_open:
            self._pending = letter
        else:
            yield Words(letter)

    def _decided(self, written: str) -> Piece:
        matched = _NUMBERS.fullmatch(written)
        numbers = [int(number) for number in matched[1].split(",")] if matched else []
        if not numbers or not all(number in self._sources for number in numbers):
            return Words(written)
        return Citation(written, tuple(self._sources[number] for number in dict.fromkeys(numbers)))


def cited_in(answer: str, sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return the sources that a whole answer cites, in the order of their first citation."""
    reader = CitationReader(sources)
    pieces = (*reader.feed(answer), *reader.flush())
    cited = [source for piece in pieces if isinstance(piece, Citation) for source in piece.sources]
    return tuple(dict.fromkeys(cited))


class _CodeMarks:
    """Whether the next letter stands in code: between as many backticks on both sides (CommonMark 6.1 and 4.5)."""

    def __init__(self) -> None:
        self._run = 0
        self._open = 0
        self._was_line_end = False

    @property
    def is_open(self) -> bool:
        return self._open > 0

    def see(self, letter: str) -> None:
        """Take one letter; a run of backticks counts when it has ended."""
        if letter == "`":
            self._run += 1
        elif self._run:
            closes = self._run == self._open or (self._open >= 3 and self._run > self._open)
            self._open = 0 if closes else self._open or self._run
            self._run = 0
        if letter == "\n" and self._was_line_end and self._open < 3:
            self._open = 0  # code within a line does not go past a paragraph
        self._was_line_end = letter == "\n"


def _may_go_on(pending: str, letter: str) -> bool:
    if len(pending) >= _LONGEST_CITATION:
        return False
    return bool(_OPENED.fullmatch(pending + letter)) or (letter == "]" and any(map(str.isdigit, pending)))


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Join neighbours that are just text."""
    joined: list[Piece] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, Words):
            run.append(piece.text)
            continue
        if run:
            joined.append(Words("".join(run)))
            run = []
        joined.append(piece)
    return (*joined, Words("".join(run))) if run else tuple(joined)


def _page_words(place: Place) -> str:
    if place.first_page is None:
        return ""
    is_one = place.last_page in (None, place.first_page)
    return f"p. {place.first_page}" if is_one else f"pp. {place.first_page}-{place.last_page}"

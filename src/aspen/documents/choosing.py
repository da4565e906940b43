"""What goes along of what was attached: whole files while they are small, else the passages that fit. Says which.

Nothing is cut: a passage goes whole or not at all, and the sentence counts both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aspen.documents.citing import Source, numbered, numbered_whole
from aspen.documents.document import Document, estimated_tokens
from aspen.documents.index import IndexedPassage
from aspen.documents.searching import Found

_WHOLE_SHARE: Final = 0.6
"""Of the room that there is; the rest stays for what was said before and for passages of other files."""

TOKENS_OF_A_MARK: Final = 16
"""The number, the place and the frame that a dialect puts around a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """One file by the name that a person knows it by."""

    path: str
    document: Document

    @property
    def tokens(self) -> int:
        """An estimate."""
        return estimated_tokens(self.document.text) + TOKENS_OF_A_MARK


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrNot:
    """Which files go whole, and which have to be searched for passages; both in the order they were attached."""

    whole: tuple[Attached, ...]
    too_large: tuple[Attached, ...]
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What goes along, numbered, and what a person is told of it."""

    sources: tuple[Source, ...]
    passages_read: int
    passages_in_all: int
    files_read: int
    sentence: str
    tokens: int


def whole_or_not(attached: Sequence[Attached], budget_tokens: int) -> WholeOrNot:
    """Let as many files as possible go whole: the smallest first, within a share of the room."""
    tokens = [each.tokens for each in attached]
    fitting = fitting_whole(tokens, budget_tokens)
    return WholeOrNot(
        whole=tuple(each for number, each in enumerate(attached) if number in fitting),
        too_large=tuple(each for number, each in enumerate(attached) if number not in fitting),
        tokens=sum(tokens[number] for number in fitting),
    )


def fitting_whole(tokens: Sequence[int], budget_tokens: int) -> set[int]:
    """Return the numbers of the files that go whole, from how long each is."""
    left = int(budget_tokens * _WHOLE_SHARE)
    fitting: set[int] = set()
    for number, each in sorted(enumerate(tokens), key=lambda pair: pair[1]):
        if each <= left:
            left -= each
            fitting.add(number)
    return fitting


def choose_whole(whole: Sequence[Attached], first: int = 1) -> Chosen:
    """Number files that go whole, from `first` on."""
    sources: list[Source] = []
    for each in whole:
        sources += numbered_whole(each.path, each.document, first + len(sources))
    count = len(sources)
    return Chosen(
        sources=tuple(sources),
        passages_read=count,
        passages_in_all=count,
        files_read=len(whole),
        sentence=f"Read {_named(whole)} whole." if whole else "",
        tokens=sum(each.tokens for each in whole),
    )


def choose_passages(found: Found, budget_tokens: int, first: int = 1) -> Chosen:
    """Take the best passages that fit, the next smaller one where one does not, and number them from `first` on."""
    taken: list[IndexedPassage] = []
    left = budget_tokens
    for each in found.passages:
        tokens = each.passage.tokens + TOKENS_OF_A_MARK
        if tokens <= left:
            left -= tokens
            taken.append(each)
    files = len({each.path for each in taken})
    return Chosen(
        sources=numbered(taken, first),
        passages_read=len(taken),
        passages_in_all=found.passage_count,
        files_read=files,
        sentence=_sentence(len(taken), files, found),
        tokens=budget_tokens - left,
    )


def _sentence(taken: int, files: int, found: Found) -> str:
    in_all = f"{found.passage_count:,} {'passage' if found.passage_count == 1 else 'passages'}"
    if not found.passage_count:
        return "There is no text in what was attached."
    if not found.passages:
        return f"None of {in_all} has a word of the question, so none was read."
    if not taken:
        return f"None of {in_all} was read: not even one fits beside the conversation."
    told = f"Read {taken:,} of {in_all} ({files:,} {'file' if files == 1 else 'files'})."
    missing = len(found.passages) - taken
    return told if not missing else f"{told} {missing:,} more would have helped and did not fit."


def _named(whole: Sequence[Attached]) -> str:
    return whole[0].path if len(whole) == 1 else f"{len(whole):,} files"

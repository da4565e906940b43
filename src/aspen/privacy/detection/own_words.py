"""Finds what the user has listed: names of clients and projects, and patterns of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import re2

from aspen.core.errors import BadSetting
from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import Pattern
from aspen.privacy.detection.view import View, read_plainly

_BETWEEN_WORDS: Final = r"[\s_-]{0,3}"
_EDGE_BEFORE: Final = r"(?:^|[^\pL\pN])"
_EDGE_AFTER: Final = r"(?:$|[^\pL\pN])"
_LONGEST_WORD: Final = 1_000
_LONGEST_PATTERN: Final = 20_000
_UNSPACED_FROM: Final = 0x2E80
"""Chinese, Japanese and their like write no spaces between words, so that no edge can be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """`words` are found whole, in any letter case and spacing; `patterns` are regular expressions as RE2 reads them."""

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


NO_WORDS: Final = OwnWords()


def checked_words(words: Iterable[str] = (), patterns: Iterable[str] = ()) -> OwnWords:
    """Return a list that can be looked for; what no eye can see is left out of it.

    Raises BadSetting that names the pattern that cannot be understood, or for a word that is as long as a text.
    """
    own = OwnWords(words=tuple(word.strip() for word in words if _plain(word)), patterns=tuple(patterns))
    for each in own.patterns:
        _check(each)
    longest = max(own.words, key=len, default="")
    if len(longest) > _LONGEST_WORD:
        raise BadSetting(
            f"The word {longest[:20]!r}… of yours has {len(longest):,} characters, and {_LONGEST_WORD:,} is the most.",
            hint="List what is special about it.",
            facts={"length": len(longest), "most": _LONGEST_WORD},
        )
    return own


def _check(pattern: str) -> None:
    try:
        compiled = _compiled(pattern)
    except re2.error as error:
        raise BadSetting(
            f"The pattern {pattern!r} cannot be understood: {error}.",
            hint="Patterns are regular expressions as RE2 reads them, without look-around and back-references.",
        ) from error
    if compiled.search("") is not None:
        raise BadSetting(
            f"The pattern {pattern!r} matches everything, also nothing at all.",
            hint="A pattern must name at least one character.",
        )


def find_own_words(view: View, own: OwnWords) -> Iterator[Finding]:
    """Yield a finding for each of the user's words and patterns. Costs nothing where there are none."""
    for pattern in _words_patterns(own.words):
        yield from _found(view, pattern)
    for pattern in own.patterns:
        yield from _found(view, _compiled(pattern))


def _found(view: View, pattern: Pattern[str]) -> Iterator[Finding]:
    position = 0
    while (match := pattern.search(view.text, position)) is not None:
        start, end = match.span()
        position = max(end - 1, start + 1)
        while end - start > 1 and not view.text[start].isalnum():
            start += 1
        at, until = view.span(start, end)
        yield Finding(start=at, end=until, kind=Kind.OWN_WORD, what="a word that you keep here")


@lru_cache(maxsize=8)
def _words_patterns(words: tuple[str, ...]) -> tuple[Pattern[str], ...]:
    """Word patterns for words that no letter or digit goes on with, unless their script has no spaces.

    Words with the same edges share them: an edge knows all letters of Unicode, and takes more room than most words.
    """
    by_edges: dict[tuple[str, str], list[str]] = {}
    for word in map(_plain, words):
        before = _EDGE_BEFORE if _has_edge(word[0]) else ""
        after = _EDGE_AFTER if _has_edge(word[-1]) else ""
        by_edges.setdefault((before, after), []).append(_BETWEEN_WORDS.join(map(re2.escape, word.split())))
    return tuple(
        _compiled(f"{before}(?:{any_of_some}){after}")
        for (before, after), inner in by_edges.items()
        for any_of_some in _joined(inner)
    )


def _joined(inner: Iterable[str]) -> Iterator[str]:
    """Join alternatives to pieces that RE2 can hold."""
    piece: list[str] = []
    length = 0
    for each in inner:
        if piece and length + len(each) > _LONGEST_PATTERN:
            yield "|".join(piece)
            piece, length = [], 0
        piece.append(each)
        length += len(each)
    yield "|".join(piece)


def _plain(word: str) -> str:
    return read_plainly(word).text.strip()


def _has_edge(character: str) -> bool:
    return character.isalnum() and ord(character) < _UNSPACED_FROM


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Pattern[str]:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)

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
_UNSPACED_FROM: Final = 0x2E80
"""Chinese, Japanese and their like write no spaces between words, so that no edge can be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """`words` are found whole, in any letter case and spacing; `patterns` are regular expressions as RE2 reads them."""

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


NO_WORDS: Final = OwnWords()


def checked_words(words: Iterable[str] = (), patterns: Iterable[str] = ()) -> OwnWords:
    """Return a list that can be looked for. Raises BadSetting that names the pattern that cannot be understood."""
    own = OwnWords(words=tuple(filter(None, map(str.strip, words))), patterns=tuple(patterns))
    for each in own.patterns:
        _check(each)
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
    if own.words:
        yield from _found(view, _words_pattern(own.words))
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
def _words_pattern(words: tuple[str, ...]) -> Pattern[str]:
    return _compiled("|".join(_whole(read_plainly(word).text) for word in words))


def _whole(word: str) -> str:
    """Word a pattern for a word that no letter or digit goes on with, unless its script has no spaces."""
    inner = _BETWEEN_WORDS.join(re2.escape(part) for part in word.split())
    before = _EDGE_BEFORE if _has_edge(word[0]) else ""
    after = _EDGE_AFTER if _has_edge(word[-1]) else ""
    return f"{before}{inner}{after}"


def _has_edge(character: str) -> bool:
    return character.isalnum() and ord(character) < _UNSPACED_FROM


def _compiled(pattern: str) -> Pattern[str]:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)

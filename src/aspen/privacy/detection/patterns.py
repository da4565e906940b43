"""Patterns that take time in proportion to the text, whatever the text: RE2, on one byte for each character.

https://github.com/google/re2/wiki/Syntax. A stranger's document must not be able to stall a detector, which the
backtracking of Python's `re` would let it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import AnyStr, Final, Protocol, TypeVar

import re2

_LATIN_1: Final = re2.Options.Encoding.LATIN1


Text_co = TypeVar("Text_co", str, bytes, covariant=True)


class Match(Protocol[Text_co]):
    """Where a pattern matched; (-1, -1) is the span of a group that took no part."""

    def group(self, group: int = 0) -> Text_co | None: ...
    def start(self, group: int = 0) -> int: ...
    def end(self, group: int = 0) -> int: ...
    def span(self, group: int = 0) -> tuple[int, int]: ...


class Pattern(Protocol[AnyStr]):
    """What RE2 compiles to, which has no public name there."""

    @property
    def groups(self) -> int: ...
    def search(self, text: AnyStr, pos: int | None = None) -> Match[AnyStr] | None: ...
    def finditer(self, text: AnyStr) -> Iterator[Match[AnyStr]]: ...


def narrow(pattern: str, *, ignore_case: bool = False, longest: bool = False) -> Pattern[bytes]:
    """Compile for the `narrow` form of a view. Raises `re2.error` for a pattern that RE2 does not take."""
    options = re2.Options()
    options.encoding = _LATIN_1
    options.case_sensitive = not ignore_case
    options.longest_match = longest
    options.log_errors = False
    return re2.compile(pattern.encode("latin-1"), options)


def every_match(pattern: Pattern[bytes], narrow_text: bytes) -> Iterator[Match[bytes]]:
    """Yield the matches one after the other, also those that begin in the last character of the one before.

    So a character that ends one match can be the border that the next one asks for.
    """
    position = 0
    while (match := pattern.search(narrow_text, position)) is not None:
        yield match
        start, end = match.span()
        position = max(end - 1, start + 1)

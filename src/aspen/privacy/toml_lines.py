"""On which line each key and value of a TOML text begins. Reads texts that `tomllib` has accepted, and checks nothing.

`tomllib` keeps no positions. Grammar: TOML 1.0.0 (https://toml.io/en/v1.0.0), with the newlines and the comma that
1.1 allows in inline tables.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping

Place = tuple[str | int, ...]
"""The way to a value from the top: names of keys, and positions in arrays."""

_BLANKS = re.compile(r"[ \t]*")
_NOTHING = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# A multi-line string may end with up to two quotes of its own before the three that close it.
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:\\.|[^"\\])*"' + r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def lines_of(text: str) -> Mapping[Place, int]:
    """Return the line, counted from 1, of every table, key and value; a table stands where it is first named.

    What stands in `text` must be valid: nothing is promised for anything else.
    """
    return _Walk(text).lines()


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[Place, int] = {(): 1}
        self._lengths: dict[Place, int] = {}

    def lines(self) -> dict[Place, int]:
        here: Place = ()
        self._skip(_NOTHING)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                here = self._header()
            else:
                self._pair(here)
            self._skip(_NOTHING)
        return self._lines

    def _header(self) -> Place:
        line, is_array = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        *above, last = self._key()
        self._at += 2 if is_array else 1
        here: Place = ()
        for name in above:
            here = self._into((*here, name), line)
        here = (*here, last)
        self._lines.setdefault(here, line)
        if not is_array:
            return here
        position = self._lengths.get(here, 0)
        self._lengths[here] = position + 1
        here = (*here, position)
        self._lines[here] = line
        return here

    def _into(self, place: Place, line: int) -> Place:
        """A name on the way leads into the last element of an array of tables, or into a table."""
        self._lines.setdefault(place, line)
        length = self._lengths.get(place)
        return place if length is None else (*place, length - 1)

    def _pair(self, table: Place) -> None:
        line, place = self._line(), table
        for name in self._key():
            place = (*place, name)
            self._lines.setdefault(place, line)
        self._at += 1  # the equals sign
        self._value(place)

    def _key(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip(_BLANKS)
            names.append(self._simple_key())
            self._skip(_BLANKS)
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _simple_key(self) -> str:
        if bare := _BARE_KEY.match(self._text, self._at):
            self._at = bare.end()
            return bare.group()
        quoted = self._skip(_STRING)
        return str(tomllib.loads(f"key = {quoted}")["key"])

    def _value(self, place: Place) -> None:
        self._skip(_BLANKS)
        match self._text[self._at : self._at + 1]:
            case "[":
                self._array(place)
            case "{":
                self._inline_table(place)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _array(self, place: Place) -> None:
        for position in self._items("]"):
            self._lines[*place, position] = self._line()
            self._value((*place, position))

    def _inline_table(self, place: Place) -> None:
        for _ in self._items("}"):
            self._pair(place)

    def _items(self, end: str) -> Iterator[int]:
        """Stand at each item between the brackets in turn; the caller reads it."""
        self._at += 1
        position = 0
        while True:
            self._skip(_NOTHING)
            if self._text.startswith(end, self._at):
                self._at += 1
                return
            yield position
            position += 1
            self._skip(_NOTHING)
            if self._text.startswith(",", self._at):
                self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Step over what matches, and return it."""
        found = pattern.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return found.group()

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)

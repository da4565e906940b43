"""One value of the rules file as its type: the words, amounts and patterns that may stand there. See `rules_file`.

A reader takes the value as `tomllib` gave it and the line where it stands, and raises BadRule with that line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import TypeVar, cast

from aspen.core.errors import BadRule
from aspen.core.policy import Hours, Then
from aspen.core.request import Purpose

Known = TypeVar("Known")
Item = TypeVar("Item")

PURPOSES = {purpose.value: purpose for purpose in Purpose}
THENS = {then.value: then for then in Then}

WEEKDAYS = {word: number for number, word in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}

LARGEST_DOLLARS = 1_000_000_000
LARGEST_BYTES = 10**12

_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
_HOURS = re.compile(r"([0-9]{2}):([0-9]{2}) ?[-–] ?([0-9]{2}):([0-9]{2})", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?) ?(B|kB|MB|GB)", re.ASCII | re.IGNORECASE)
_UNIT_BYTES = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_DAY_MINUTES = 24 * 60


def bad(line: int, what: str, hint: str = "") -> BadRule:
    """Build the error of one line; which file it is, the reader of the file knows."""
    return BadRule(f"Line {line}: {what}", hint=hint, facts={"line": line})


def unknown(line: int, what: str, word: str, known: Iterable[str]) -> BadRule:
    """Build the error of a word that is none of the `known`, with the nearest of them."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1, cutoff=0.5)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    return bad(line, f"{word!r} is no {what}.{guess}", hint=f"Known: {', '.join(words)}.")


def read_text(value: object, line: int) -> str:
    """Read text that a terminal can show: not empty, one line, nothing invisible."""
    if not isinstance(value, str):
        raise bad(line, "this must be text in quotes.")
    if not value.strip() or not value.isprintable():
        raise bad(line, "this must be one line of text that can be seen.")
    return value


def word_of(known: Mapping[str, Known], what: str) -> Callable[[object, int], Known]:
    """Make a reader of one of the `known` words."""

    def read(value: object, line: int) -> Known:
        word = read_text(value, line)
        if word not in known:
            raise unknown(line, what, word, known)
        return known[word]

    return read


def read_pattern(value: object, line: int, home: str) -> str:
    """Read a pattern for paths and make it absolute."""
    pattern = read_text(value, line)
    if pattern == "~" or pattern.startswith("~/"):
        if not home.startswith("/"):
            raise bad(line, f"nobody's home is known here for {pattern!r}.", hint="Write the whole path.")
        pattern = home.rstrip("/") + pattern[1:]
    if not pattern.startswith("/"):
        raise bad(line, f"the path {pattern!r} is relative.", hint="Begin it with / or with ~/.")
    parts = pattern.split("/")
    if ".." in parts or "." in parts:
        raise bad(line, f"the path {pattern!r} goes through '.' or '..'.", hint="Write where it leads to.")
    if any("**" in part and part != "**" for part in parts):
        raise bad(line, f"in {pattern!r} '**' must stand alone between slashes.")
    return pattern


def read_dollars(value: object, line: int) -> int:
    """Read an amount of US dollars, a number or text, as exactly that many millionths."""
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise bad(line, "this must be an amount of US dollars, such as 0.50.")
    amount = Decimal(value)
    if not amount.is_finite() or not 0 <= amount <= LARGEST_DOLLARS:
        raise bad(line, f"an amount is between 0 and {LARGEST_DOLLARS:,} US dollars.")
    if not amount:
        return 0
    if amount.adjusted() < -6 or (micro := Fraction(amount) * 1_000_000).denominator != 1:
        raise bad(line, "an amount cannot be finer than a millionth of a dollar.")
    return micro.numerator


def read_hours(value: object, line: int) -> Hours:
    """Read a part of the day, such as "22:00-06:00"; 24:00 is midnight at its end."""
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise bad(line, "this must be two times of day, such as '22:00-06:00'.")
    begin, end = (_minute(hour, minute, line) for hour, minute in (found.group(1, 2), found.group(3, 4)))
    if begin % _DAY_MINUTES == end:
        raise bad(line, "this begins and ends at the same minute.", hint="The whole day is '00:00-24:00'.")
    return Hours(from_minute=begin % _DAY_MINUTES, to_minute=end)


def _minute(hour: str, minute: str, line: int) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > _DAY_MINUTES:
        raise bad(line, f"there is no time {hour}:{minute}.", hint="A day has the times from 00:00 to 24:00.")
    return total


def read_size(value: object, line: int) -> int:
    """Read a size, a number of bytes or text with a unit, as exactly that many bytes; a kB has 1,000."""
    if isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        size = Fraction(found[1]) * _UNIT_BYTES[found[2].lower()]
    elif isinstance(value, int) and not isinstance(value, bool):
        size = Fraction(value)
    else:
        raise bad(line, "this must be a size, such as '20 kB' or a number of bytes.")
    if not 0 <= size <= LARGEST_BYTES:
        raise bad(line, f"a size is between 0 and {LARGEST_BYTES:,} bytes.")
    if size.denominator != 1:
        raise bad(line, "a size cannot be finer than a byte.")
    return size.numerator


def one_or_more(
    value: object, line_of: Callable[[int | None], int], read: Callable[[object, int], Item]
) -> tuple[Item, ...]:
    """Read one value or a list of several; `line_of` tells the line of an item, and of the whole for None."""
    if not isinstance(value, list):
        return (read(value, line_of(None)),)
    items = cast("list[object]", value)
    if not items:
        raise bad(
            line_of(None),
            "this list is empty, so the rule could never hold.",
            hint="Name something, or leave the key out.",
        )
    found: list[Item] = []
    for position, item in enumerate(items):
        line = line_of(position)
        what = read(item, line)
        if what in found:
            raise bad(line, f"{item!r} stands here twice.")
        found.append(what)
    return tuple(found)

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
from aspen.core.policy import Then
from aspen.core.request import Purpose

Known = TypeVar("Known")
Item = TypeVar("Item")

PURPOSES = {purpose.value: purpose for purpose in Purpose}
THENS = {then.value: then for then in Then}

LARGEST_DOLLARS = 1_000_000_000

_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")


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

"""The rules file, `rules.toml`: from its text to a `Policy`. Pure: whoever calls reads the file and names it.

A rule that is not understood is an error with its line, never left out: a rule that is not obeyed is worse than none.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar, cast

from aspen.core.policy import Ceilings, Policy, Rule
from aspen.privacy.rules_words import (
    PURPOSES,
    THENS,
    WEEKDAYS,
    bad,
    one_or_more,
    read_dollars,
    read_hours,
    read_pattern,
    read_size,
    read_text,
    unknown,
    word_of,
)
from aspen.privacy.toml_lines import Place, lines_of
from aspen.privacy.words import SENSITIVITY_OF_WORD

TOP_KEYS = ("ceilings", "rule")
RULE_KEYS = (
    *("then", "label", "to", "model", "purpose", "project", "path", "costs-over"),
    *("between", "days", "larger-than", "note"),
)
CEILING_KEYS = ("request", "day", "month")

Item = TypeVar("Item")

_LINE = re.compile(r"\(at line (\d+)")


def read_rules(text: str, home: str = "") -> Policy:
    """Read the whole file. `home` is the absolute folder that `~` stands for.

    Raises BadRule whose sentence begins with "Line N:" and whose `facts` hold the `line`.
    """
    told, lines = _parse(text)
    top = _Table(content=told, place=(), lines=lines, home=home)
    top.check_keys(TOP_KEYS, "part of this file")
    return Policy(
        rules=tuple(_rule(table) for table in top.tables("rule")),
        ceilings=_ceilings(top),
        version=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _parse(text: str) -> tuple[Mapping[str, object], Mapping[Place, int]]:
    try:
        return tomllib.loads(text, parse_float=Decimal), lines_of(text)
    except tomllib.TOMLDecodeError as error:
        # The line stands in the message alone before Python 3.14; without one, the text ends too early.
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise bad(line, f"this is not TOML: {str(error).partition(' (at ')[0]}.") from error
    except (RecursionError, ValueError) as error:
        raise bad(1, "this file holds a number or a nesting that is too large to read.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One table of the file that knows where it stands."""

    content: Mapping[str, object]
    place: Place
    lines: Mapping[Place, int]
    home: str

    def line(self, *way: str | int) -> int:
        return self.lines[(*self.place, *way)]

    def check_keys(self, known: Iterable[str], what: str) -> None:
        known = tuple(known)
        for key in self.content:
            if key not in known:
                raise unknown(self.line(key), what, key, known)

    def tables(self, key: str) -> Iterable[_Table]:
        if key not in self.content:
            return
        found = self.content[key]
        if not isinstance(found, list) or not found:
            raise bad(self.line(key), f"rules are written as [[{key}]], with two brackets.")
        for position, item in enumerate(cast("list[object]", found)):
            yield self._inner(item, key, position)

    def table(self, key: str) -> _Table | None:
        return self._inner(self.content[key], key) if key in self.content else None

    def _inner(self, found: object, *way: str | int) -> _Table:
        if not isinstance(found, dict):
            raise bad(
                self.line(*way), f"{way[0]!r} must be a table.", hint="See the example in docs/reference/rules.md."
            )
        return _Table(
            content=cast("Mapping[str, object]", found), place=(*self.place, *way), lines=self.lines, home=self.home
        )


def _ceilings(top: _Table) -> Ceilings:
    table = top.table("ceilings")
    if table is None:
        return Ceilings()
    table.check_keys(CEILING_KEYS, "ceiling")
    amounts = {f"{key}_microdollars": read_dollars(value, table.line(key)) for key, value in table.content.items()}
    return Ceilings(**amounts)


def _rule(table: _Table) -> Rule:
    table.check_keys(RULE_KEYS, "key of a rule")
    told = table.content
    if "then" not in told:
        raise bad(table.line(), "this rule does not say what then.", hint='Add then = "allow", "ask" or "deny".')
    labels = _several(table, "label", word_of(SENSITIVITY_OF_WORD, "label"))
    purposes = _several(table, "purpose", word_of(PURPOSES, "purpose"))
    names = {key: _several(table, key, read_text) for key in ("to", "model", "project")}
    return Rule(
        then=word_of(THENS, "outcome")(told["then"], table.line("then")),
        line=table.line(),
        labels=_set(labels),
        to=_set(names["to"]),
        models=_set(names["model"]),
        purposes=_set(purposes),
        projects=_set(names["project"]),
        paths=_several(table, "path", partial(read_pattern, home=table.home)),
        costs_over_microdollars=_one(table, "costs-over", read_dollars),
        between=_one(table, "between", read_hours),
        days=_set(_several(table, "days", word_of(WEEKDAYS, "day of the week"))),
        larger_than_bytes=_one(table, "larger-than", read_size),
        note=_one(table, "note", read_text) or "",
    )


def _one(table: _Table, key: str, read: Callable[[object, int], Item]) -> Item | None:
    """Read the one value of a key; None where the rule does not have it."""
    return read(table.content[key], table.line(key)) if key in table.content else None


def _several(table: _Table, key: str, read: Callable[[object, int], Item]) -> tuple[Item, ...] | None:
    """Read what a condition names; None where the rule does not have it."""
    if key not in table.content:
        return None
    return one_or_more(
        table.content[key], lambda position: table.line(key) if position is None else table.line(key, position), read
    )


def _set(items: tuple[Item, ...] | None) -> frozenset[Item] | None:
    return None if items is None else frozenset(items)

"""What a person's rules say about words that would leave, and the three answers they can give.

Core and gate both ask the same rules, read from the same file: the core to refuse early and explain, the gate because
it trusts nobody. Values only; `privacy.judging` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from aspen.core.egress import Hint
from aspen.core.label import Label, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.request import Purpose


class Then(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A part of the day, from one of its minutes up to another that is no part of it: past midnight where the second
    is not the later one. 1440 is midnight at the end.
    """

    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """A minute of the day, 0 to 1439, and a day of the week, 0 for Monday, where the user lives."""

    minute: int
    weekday: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Read it off a moment that is given in the user's own time zone."""
        return cls(minute=moment.hour * 60 + moment.minute, weekday=moment.weekday())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One `[[rule]]`: every condition that is not None must hold. `line` is where it stands in the file.

    `days` are days of the week on which the hours of `between` begin; without hours, whole days.
    """

    then: Then
    line: int
    labels: frozenset[Sensitivity] | None = None
    to: frozenset[str] | None = None
    models: frozenset[str] | None = None
    purposes: frozenset[Purpose] | None = None
    projects: frozenset[str] | None = None
    paths: tuple[str, ...] | None = None
    costs_over_microdollars: int | None = None
    between: Hours | None = None
    days: frozenset[int] | None = None
    larger_than_bytes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """The most that may be spent, in millionths of a US dollar; None is no ceiling."""

    request_microdollars: int | None = None
    day_microdollars: int | None = None
    month_microdollars: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules in their order. `version` is the SHA-256 of the file they came from."""

    rules: tuple[Rule, ...] = ()
    ceilings: Ceilings = Ceilings()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules may look at: never the words themselves.

    `body_bytes` is the size of what would leave, which nobody knows before it is encoded: the gate always does.
    """

    label: Label
    zone: Zone
    provider: str
    model: str
    purpose: Purpose
    project: str = ""
    paths: tuple[str, ...] = ()
    worst_cost_microdollars: int | None = None
    is_named: bool = False
    hints: tuple[Hint, ...] = ()
    local_time: LocalTime | None = None
    body_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """May leave without another question."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MustAsk:
    """May leave once a person has seen exactly these bytes and said yes."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Stays here, and a yes cannot change it. `remedies` are commands, most useful first."""

    reasons: tuple[str, ...]
    remedies: tuple[str, ...] = ()


Judgement = Cleared | MustAsk | Denied

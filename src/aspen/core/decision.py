"""Where a request goes and why. A refusal is a result with remedies, not a surprise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of the decision: `code` for programs, `words` for people."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A model that was looked at and not chosen, and the first thing that spoke against it."""

    model: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`flips` says what would have led elsewhere."""

    model: str
    reasons: tuple[Reason, ...]
    considered: tuple[Considered, ...] = ()
    flips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Not sent. `remedies` are things the person can do, most useful first."""

    reasons: tuple[Reason, ...]
    remedies: tuple[str, ...] = ()
    considered: tuple[Considered, ...] = ()


Decision = Route | Refusal

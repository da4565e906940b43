"""Where a request goes and why. A refusal is a result with remedies, not a surprise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A model that was looked at and not chosen."""

    model: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    model: str
    reasons: tuple[str, ...]
    considered: tuple[Considered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Not sent. `remedies` are things the person can do, most useful first."""

    reasons: tuple[str, ...]
    remedies: tuple[str, ...] = ()


Decision = Route | Refusal

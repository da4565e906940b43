"""Counts of tokens as providers tell them."""

from __future__ import annotations

from collections.abc import Mapping


def count_in(told: Mapping[str, object], name: str) -> int:
    """Return a count; what is missing or can be none counts as 0, so that no bill grows smaller by it."""
    value = told.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

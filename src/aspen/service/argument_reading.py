"""Reads single arguments of a verb. Raises Misused, with the name of the argument."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core.errors import Misused

Json = Mapping[str, object]

_USUAL_COUNT = 50


def read_text(arguments: Json, name: str) -> str:
    """Return a text that is not blank."""
    told = text_or_none(arguments, name)
    if told is None or not told.strip():
        raise Misused(f"`{name}` must be a text.")
    return told


def text_or_none(arguments: Json, name: str) -> str | None:
    """Return a text, None where there is none."""
    told = arguments.get(name)
    if not (told is None or isinstance(told, str)):
        raise Misused(f"`{name}` must be a text.")
    return told


def read_count(arguments: Json, *, usual: int = _USUAL_COUNT, most: int) -> int:
    """Return how many are wanted, `usual` where nothing is said."""
    told = arguments.get("count", usual)
    if not isinstance(told, int) or isinstance(told, bool) or not 1 <= told <= most:
        raise Misused(f"`count` must be a whole number from 1 to {most:,}.")
    return told

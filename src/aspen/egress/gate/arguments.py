"""The arguments of a person's command, read one by one. What is of the wrong kind is Misused, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core.errors import Misused

Json = Mapping[str, object]


def text(arguments: Json, name: str) -> str:
    """Return text that must be there."""
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise _wrong(name, "text")
    return value


def text_or_none(arguments: Json, name: str) -> str | None:
    return None if arguments.get(name) is None else text(arguments, name)


def flag(arguments: Json, name: str) -> bool:
    """Return a truth; what is absent is false."""
    value = arguments.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def flag_or_none(arguments: Json, name: str) -> bool | None:
    return None if arguments.get(name) is None else flag(arguments, name)


def count(arguments: Json, name: str, default: int) -> int:
    """Return a whole number that is not negative."""
    value = arguments.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(name, "a whole number")
    return value


def number(arguments: Json, name: str) -> int:
    """Return a whole number above zero that must be there."""
    value = count(arguments, name, 0)
    if value == 0:
        raise _wrong(name, "a whole number above zero")
    return value


def _wrong(name: str, kind: str) -> Misused:
    return Misused(f"The gate needs {name} to be {kind}.")

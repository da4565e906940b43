"""Reads values out of a service's JSON: a field that is missing or of another kind is empty, not a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

Json = Mapping[str, object]


def objects(told: Json, name: str) -> list[Json]:
    """Return the list of objects called `name`."""
    found = told.get(name)
    items = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Json", item) for item in items if isinstance(item, dict)]


def texts(told: Json, name: str) -> list[str]:
    """Return the list of strings called `name`."""
    found = told.get(name)
    items = cast("list[object]", found) if isinstance(found, list) else []
    return [str(item) for item in items]


def mapping(told: Json, name: str) -> Json:
    found = told.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}


def text(told: Json, name: str) -> str:
    found = told.get(name)
    return "" if found is None else str(found)


def number(told: Json, name: str) -> float | None:
    found = told.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def count(told: Json, name: str) -> int:
    return int(number(told, name) or 0)

"""Fields of a stranger's request, read strictly: what is not as it must be is refused by its name."""

from __future__ import annotations

import base64
import math
from collections.abc import Collection, Mapping
from typing import cast

from aspen.core.errors import Misused
from aspen.core.message import Image

Json = Mapping[str, object]

NO_PARAMETERS: Json = {"type": "object", "properties": {}}
"""The schema of a tool that takes nothing."""


def misused(place: str, must: str) -> Misused:
    """Return the error that names the field and what it must be."""
    return Misused(f"`{place}` {must}.", facts={"field": place})


def refuse_unknown(fields: Json, known: Collection[str], place: str = "") -> None:
    """Raise Misused for the first field that nobody knows."""
    if unknown := sorted(set(fields) - set(known)):
        raise misused(f"{place}{unknown[0]}", "is not known here")


def text_at(fields: Json, name: str, place: str = "", default: str | None = None) -> str:
    """Return a text. Raises Misused for another kind, or for none where there is no default."""
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise misused(f"{place}{name}", "must be text")
    return value


def number_at(fields: Json, name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
    """Return a finite number within its bounds, None where the field is null or missing."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise misused(name, "must be a number")
    if not low <= value <= high:
        raise misused(name, f"must be from {low:g} to {high:g}")
    return value


def whole_at(fields: Json, name: str, low: int, high: int = 2**63 - 1) -> int | None:
    """Return a whole number within its bounds, None where the field is null or missing."""
    value = number_at(fields, name, low, high)
    if not (value is None or isinstance(value, int)):
        raise misused(name, "must be a whole number")
    return value


def objects_at(fields: Json, name: str, place: str = "") -> list[Json]:
    """Return a list of objects, empty where the field is null or missing."""
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in cast("list[object]", value)):
        raise misused(f"{place}{name}", "must be a list of objects")
    return cast("list[Json]", value)


def object_at(fields: Json, name: str, place: str = "") -> Json:
    """Return an object. Raises Misused for another kind, or none."""
    value = fields.get(name)
    if not isinstance(value, dict):
        raise misused(f"{place}{name}", "must be an object")
    return cast("Json", value)


def texts_at(fields: Json, name: str) -> tuple[str, ...]:
    """Return texts; a single one counts as a list of one, null or missing as none."""
    value = fields.get(name)
    listed = [value] if isinstance(value, str) else cast("list[object]", [] if value is None else value)
    if not isinstance(cast("object", listed), list) or not all(isinstance(each, str) for each in listed):
        raise misused(name, "must be a list of texts")
    return tuple(cast("list[str]", listed))


def linked_picture(url: str, place: str) -> Image:
    """Return a picture from a link that holds it whole. Raises Misused for any other: it would be a fetch."""
    head, is_data, encoded = url.partition(";base64,")
    if not (is_data and head.startswith("data:")):
        raise misused(place, "must be a data: link in base64: any other would be a fetch")
    return picture(head.removeprefix("data:"), encoded, place)


def picture(media_type: str, encoded: str, place: str) -> Image:
    """Return a picture from base64. Raises Misused for what is none."""
    try:
        return Image(media_type=media_type, encoded=base64.b64decode(encoded, validate=True))
    except ValueError:
        raise misused(place, "must be valid base64") from None

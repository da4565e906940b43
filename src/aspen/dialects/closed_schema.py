"""JSON schemas as providers' strict modes want them: every object closed, and where demanded every property required.

Both make a schema narrower and never wider, so that whatever satisfies the closed schema satisfies the given one. An
object without `properties` is left open: closing it would leave nothing but `{}`. So is what stands below `not`,
`oneOf` or `allOf`, where narrower parts do not make a narrower whole, or leave nothing at all.
Sources: https://platform.claude.com/docs/en/build-with-claude/structured-outputs and
https://developers.openai.com/api/docs/guides/structured-outputs (both as of 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

Json = Mapping[str, object]

_ONE_SCHEMA = ("items",)
_LISTS_OF_SCHEMAS = ("anyOf", "prefixItems")
_NAMED_SCHEMAS = ("properties", "$defs", "definitions")


def closed(schema: Json, *, requires_all: bool) -> dict[str, object]:
    """Return the schema with its objects closed, each key in its place; closing it again changes nothing."""
    written: dict[str, object] = {name: _within(name, value, requires_all) for name, value in schema.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict) and properties:
        written.setdefault("additionalProperties", False)
        if requires_all:
            required = cast("list[str]", schema.get("required") or [])
            written["required"] = list(dict.fromkeys([*cast("Mapping[str, object]", properties), *required]))
    return written


def _within(name: str, value: object, requires_all: bool) -> object:
    if name in _ONE_SCHEMA:
        return _closed(value, requires_all)
    if name in _LISTS_OF_SCHEMAS and isinstance(value, list):
        return [_closed(each, requires_all) for each in cast("list[object]", value)]
    if name in _NAMED_SCHEMAS and isinstance(value, dict):
        return {key: _closed(each, requires_all) for key, each in cast("Json", value).items()}
    return value


def _closed(value: object, requires_all: bool) -> object:
    return closed(cast("Json", value), requires_all=requires_all) if isinstance(value, dict) else value

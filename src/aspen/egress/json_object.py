"""A JSON object read strictly: every key known, every value of its kind. Shared by tasks and events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

from aspen.core.errors import Misused

_Value = TypeVar("_Value")


class JsonObject:
    """Takes values out of an object by key; `finish` refuses what nobody asked for."""

    def __init__(self, values: Mapping[str, object], what: str) -> None:
        self._rest = dict(values)
        self._what = what

    @classmethod
    def parse(cls, text: str | bytes, what: str) -> JsonObject:
        """Parse one object. Raises Misused for anything else."""
        try:
            parsed: object = json.loads(text)
        except (ValueError, RecursionError):
            raise Misused(f"The {what} is not JSON.") from None
        if not isinstance(parsed, dict):
            raise Misused(f"The {what} is not a JSON object.")
        return cls(cast("dict[str, object]", parsed), what)

    def _take(self, key: str, kind: str, accept: Callable[[object], _Value | None]) -> _Value:
        if key not in self._rest:
            raise Misused(f"The {self._what} has no {key}.")
        value = accept(self._rest.pop(key))
        if value is None:
            raise Misused(f"In the {self._what}, {key} must be {kind}.")
        return value

    def _is_absent(self, key: str) -> bool:
        if self._rest.get(key) is not None:
            return False
        self._rest.pop(key, None)
        return True

    def text(self, key: str) -> str:
        return self._take(key, "text", lambda value: value if isinstance(value, str) else None)

    def optional_text(self, key: str) -> str | None:
        return None if self._is_absent(key) else self.text(key)

    def count(self, key: str) -> int:
        return self._take(key, "a whole number, 0 or more", _as_count)

    def flag(self, key: str) -> bool:
        return self._take(key, "true or false", lambda value: value if isinstance(value, bool) else None)

    def path(self, key: str) -> Path:
        return self._take(key, "an absolute path", _as_path)

    def optional_path(self, key: str) -> Path | None:
        return None if self._is_absent(key) else self.path(key)

    def texts(self, key: str) -> tuple[str, ...]:
        return self._take(key, "a list of texts", _as_texts)

    def paths(self, key: str) -> tuple[Path, ...]:
        return self._take(key, "a list of absolute paths", _as_paths)

    def mapping(self, key: str) -> Mapping[str, object]:
        return self._take(key, "an object", _as_mapping)

    def objects(self, key: str) -> tuple[JsonObject, ...]:
        return self._take(key, "a list of objects", lambda value: _as_objects(value, f"{self._what}'s {key}"))

    def finish(self) -> None:
        """Raise Misused when a key is left that nobody took."""
        if self._rest:
            raise Misused(f"The {self._what} has a key that Aspen does not know: {min(self._rest)!r}.")


def _as_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _as_path(value: object) -> Path | None:
    if not isinstance(value, str) or "\0" in value:
        return None
    path = Path(value)
    return path if path.is_absolute() and ".." not in path.parts else None


def _as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _as_texts(value: object) -> tuple[str, ...] | None:
    items = _as_list(value)
    if items is None:
        return None
    texts = tuple(item for item in items if isinstance(item, str))
    return texts if len(texts) == len(items) else None


def _as_paths(value: object) -> tuple[Path, ...] | None:
    items = _as_list(value)
    if items is None:
        return None
    paths = tuple(path for path in map(_as_path, items) if path is not None)
    return paths if len(paths) == len(items) else None


def _as_mapping(value: object) -> Mapping[str, object] | None:
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _as_objects(value: object, what: str) -> tuple[JsonObject, ...] | None:
    items = _as_list(value)
    if items is None:
        return None
    objects = tuple(JsonObject(item, what) for item in map(_as_mapping, items) if item is not None)
    return objects if len(objects) == len(items) else None

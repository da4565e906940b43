"""One table of somebody's file, read field by field: what is missing, of the wrong kind or unheard of is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from aspen.core.errors import BadSetting

LARGEST_COUNT = 2**40


class Row:
    """Wraps one table. `where` names it in every error; `finish` refuses the keys that nobody has read."""

    def __init__(self, told: object, where: str) -> None:
        if not isinstance(told, Mapping):
            raise BadSetting(f"{where} must be a table of names and values.")
        self._told = cast("Mapping[object, object]", told)
        self._read: set[str] = set()
        self.where = where

    def text(self, name: str) -> str:
        """Return text that is not empty."""
        value = self.value(name)
        if not isinstance(value, str) or not value:
            raise self.wrong(name, "must be text")
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self.value(name) is None else self.text(name)

    def count(self, name: str) -> int:
        """Return a whole number of at least one."""
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_COUNT:
            raise self.wrong(name, "must be a whole number above zero")
        return value

    def count_or_none(self, name: str) -> int | None:
        return None if self.value(name) is None else self.count(name)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.value(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; an absent one is empty."""
        values = self.values(name)
        if not all(isinstance(value, str) and value for value in values):
            raise self.wrong(name, "must be a list of texts")
        return tuple(cast("list[str]", values))

    def rows(self, name: str) -> tuple[Row, ...]:
        """Return a list of tables; an absent one is empty."""
        return tuple(Row(value, f"{self.where}: {name}[{index}]") for index, value in enumerate(self.values(name)))

    def row_or_none(self, name: str) -> Row | None:
        value = self.value(name)
        return None if value is None else Row(value, f"{self.where}: {name}")

    def values(self, name: str) -> list[object]:
        """Return a list of anything; an absent one is empty."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "must be a list")
        return cast("list[object]", value)

    def finish(self) -> None:
        """Refuse every key that was not read: one that is not obeyed is worse than none."""
        for key in self._told:
            if key not in self._read:
                raise BadSetting(
                    f"{self.where}: nothing is known of {key!r}.", hint="Remove it, or look at its spelling."
                )

    def wrong(self, name: str, what: str) -> BadSetting:
        """Make the error for one field."""
        return BadSetting(f"{self.where}: {name} {what}.", facts={"field": name})

    def value(self, name: str) -> object:
        """Return whatever stands there, None where nothing does."""
        self._read.add(name)
        return self._told.get(name)

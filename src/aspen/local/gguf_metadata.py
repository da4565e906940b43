"""The keys and values of a GGUF header, read within bounds.

Keeps numbers, short numeric arrays and a few strings; of the long arrays (a vocabulary) only the length. Specification:
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from aspen.core.errors import BadModelFile
from aspen.local.gguf_cursor import Cursor
from aspen.local.gguf_lookalikes import printable

MOST_KEYS = 16_384
_MOST_KEY_BYTES = 1_024
_MOST_TEXT_BYTES = 1 << 20
_MOST_KEPT_ELEMENTS = 2_048
_STRING = 8
_ARRAY = 9
_SCALARS: dict[int, struct.Struct] = {
    number: struct.Struct(f"<{letter}") for number, letter in enumerate("BbHhIif?__Qqd") if letter != "_"
}
_KEPT_TEXTS = frozenset(
    {
        "adapter.type",
        "general.architecture",
        "general.name",
        "general.size_label",
        "general.type",
        "tokenizer.chat_template",
        "tokenizer.ggml.model",
    }
)

Number = int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """An array that was walked over and not kept."""

    count: int


Value = str | Number | tuple[Number, ...] | Length


class Metadata:
    """Typed look-ups: a key of the wrong kind or out of its bounds is a BadModelFile, not a surprise later."""

    def __init__(self, values: dict[str, Value], shown_name: str) -> None:
        self._values = values
        self._shown_name = shown_name

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, what: str) -> BadModelFile:
        """Make the error for a key that is missing or makes no sense."""
        return BadModelFile(
            f"{self._shown_name} is damaged or was made to do harm: its header's {printable(key)} {what}.",
            hint="Download it again, from a source that you trust.",
            facts={"key": printable(key)},
        )

    def text(self, key: str) -> str | None:
        match self._values.get(key):
            case None:
                return None
            case str() as text:
                return text
            case _:
                raise self.wrong(key, "is not a text")

    def integer(self, key: str, *, most: int, default: int | None = 0) -> int:
        """Look up a whole number between 0 and `most`. Without a default the key must be there."""
        value = self._values.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing")
        return self._bounded(key, value, most)

    def per_layer(self, key: str, layers: int, *, most: int, default: int = 0) -> tuple[int, ...]:
        """Look up a number for each layer: one number stands for all, a list must be long enough."""
        match self._values.get(key, default):
            case tuple() as listed:
                if len(listed) < layers:
                    raise self.wrong(key, f"has {len(listed)} entries for {layers} layers")
                return tuple(self._bounded(key, value, most) for value in listed[:layers])
            case value:
                return (self._bounded(key, value, most),) * layers

    def flags(self, key: str) -> tuple[bool, ...] | None:
        """Look up a list of yes and no; None where the key is missing or no list."""
        match self._values.get(key):
            case tuple() as listed:
                return tuple(bool(value) for value in listed)
            case _:
                return None

    def is_true(self, key: str, *, default: bool) -> bool:
        value = self._values.get(key, default)
        return value if isinstance(value, bool) else default

    def length(self, key: str) -> int:
        """Count the elements of an array; 0 where it is missing."""
        match self._values.get(key):
            case Length(count=count):
                return count
            case tuple() as kept:
                return len(kept)
            case _:
                return 0

    def _bounded(self, key: str, value: Value, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(key, "is not a whole number")
        if not 0 <= value <= most:
            raise self.wrong(key, f"is {value}, outside 0 to {most}")
        return value


def read_metadata(cursor: Cursor, count: int) -> Metadata:
    """Read `count` keys and values at the cursor.

    Raises BadModelFile for counts or lengths that the file cannot hold, unknown value types, arrays of arrays (the
    engine refuses them, too), keys that come twice.
    """
    if count > MOST_KEYS:
        raise cursor.damaged(f"its header counts {count} keys, and {MOST_KEYS} is the most", key_count=count)
    values: dict[str, Value] = {}
    for number in range(count):
        key = _key(cursor, number)
        if key in values:
            raise cursor.damaged(f"its header has the key {printable(key)} twice")
        values[key] = _value(cursor, key)
    return Metadata(values, cursor.shown_name)


def _key(cursor: Cursor, number: int) -> str:
    raw = cursor.string(f"the name of key {number}", _MOST_KEY_BYTES)
    try:
        key = raw.decode("utf-8")
    except UnicodeDecodeError:
        key = ""
    if not key:
        raise cursor.damaged(f"the name of key {number} is no text")
    return key


def _value(cursor: Cursor, key: str) -> Value:
    shown = f"the value of {printable(key)}"
    kind = cursor.u32(shown)
    if kind == _ARRAY:
        return _array(cursor, shown)
    if kind == _STRING:
        if key in _KEPT_TEXTS:
            return cursor.string(shown, _MOST_TEXT_BYTES).decode("utf-8", errors="replace")
        cursor.skip(cursor.u64(shown), shown)
        return ""
    scalar = _scalar(cursor, kind, shown)
    return scalar.unpack(cursor.take(scalar.size, shown))[0]


def _array(cursor: Cursor, shown: str) -> Value:
    kind = cursor.u32(shown)
    count = cursor.u64(shown)
    if kind == _ARRAY:
        raise cursor.damaged(f"{shown} is a list of lists, which no GGUF model has")
    if kind == _STRING:
        cursor.skip_strings(count, shown)
        return Length(count=count)
    scalar = _scalar(cursor, kind, shown)
    size = count * scalar.size
    if count > _MOST_KEPT_ELEMENTS:
        cursor.skip(size, shown)
        return Length(count=count)
    cursor.require(size, shown)
    return tuple(number for (number,) in scalar.iter_unpack(cursor.take(size, shown)))


def _scalar(cursor: Cursor, kind: int, shown: str) -> struct.Struct:
    scalar = _SCALARS.get(kind)
    if scalar is None:
        raise cursor.damaged(f"{shown} has type {kind}, which GGUF does not have", value_type=kind)
    return scalar

"""Shows a JSON body as indented text that a person can read, and leaves nothing out.

Every key and every value is there, in the order of the bytes: a key that is said twice stands there twice, and a number
has all of its digits. Characters that cannot be seen are named, so that nothing hides between the words. A body that is
not JSON is shown as it is.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

_HIDDEN_CATEGORIES = {"Cc", "Cf", "Co", "Cn", "Zl", "Zp", "Cs"}
_ALSO_HIDDEN = {
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
}
"""What is drawn as nothing although its category says a letter or a mark: Default_Ignorable_Code_Point of Unicode's
DerivedCoreProperties.txt, as far as the categories do not hold it, and the empty Braille pattern."""

_LONGEST_LINE = 2000
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class _Object:
    """A JSON object as it was written: a mapping would keep one of two equal keys, and hide the other."""

    members: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it was written: rounded, digits that nobody has seen would leave."""

    written: str


def outline(body: bytes) -> str:
    """Return the body as lines `key: value`; items of a list begin with a dash."""
    try:
        told: object = json.loads(
            body,
            object_pairs_hook=lambda members: _Object(tuple(members)),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
        )
        return "\n".join(_lines(told, ""))
    except (ValueError, RecursionError):
        return revealed(body.decode("utf-8", "replace"))


def revealed(text: str) -> str:
    """Return `text` with each character that a screen would not show named by its code point; lines stay lines."""
    return "\n".join(map(_revealed_line, text.split("\n")))


def _revealed_line(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line  # most of a body, and all of a picture in base64
    return "".join(f"⟨U+{ord(letter):04X}⟩" if _is_hidden(letter) else letter for letter in line)


def _is_hidden(letter: str) -> bool:
    if letter == "\t":
        return False
    return unicodedata.category(letter) in _HIDDEN_CATEGORIES or ord(letter) in _ALSO_HIDDEN


def _lines(value: object, indent: str) -> Iterator[str]:
    match value:
        case _Object(members=members) if members:
            for name, inner in members:
                yield from _named(_one_line(name), inner, indent)
        case list() if value:
            for inner in cast("list[object]", value):
                yield from _item(inner, indent)
        case _:
            yield from _text_lines(_scalar(value), indent)


def _named(name: str, value: object, indent: str) -> Iterator[str]:
    if _has_inner(value):
        yield f"{indent}{name}:"
        yield from _lines(value, indent + _INDENT)
        return
    first, *rest = _text_lines(_scalar(value), "")
    if not rest:
        yield f"{indent}{name}: {first}"
        return
    yield f"{indent}{name}:"
    yield from (indent + _INDENT + line for line in (first, *rest))


def _item(value: object, indent: str) -> Iterator[str]:
    """The first line of an item carries its dash."""
    first, *rest = _lines(value, indent + _INDENT)
    yield f"{indent}- {first.removeprefix(indent + _INDENT)}"
    yield from rest


def _one_line(name: str) -> str:
    """A key with a line end in it would look like two."""
    return revealed(name).replace("\n", "⟨U+000A⟩")


def _has_inner(value: object) -> bool:
    return bool(value.members) if isinstance(value, _Object) else isinstance(value, list) and value != []


def _scalar(value: object) -> str:
    match value:
        case str():
            return revealed(value)
        case _Number(written=written):
            return written
        case _Object():
            return "{}"
        case _:
            return json.dumps(value)


def _text_lines(text: str, indent: str) -> list[str]:
    """A picture in base64 would be one line of a million letters: long lines are folded, not cut."""
    return [
        indent + line[start : start + _LONGEST_LINE]
        for line in text.split("\n")
        for start in range(0, max(1, len(line)), _LONGEST_LINE)
    ]

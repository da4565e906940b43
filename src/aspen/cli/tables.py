"""Plain tables and lists of facts: aligned columns that read well on a screen and in a pipe."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import cast

from aspen.cli.quantities import size_words
from aspen.cli.terminal import clean, clean_line, terminal_columns

_GAP, _DOT = "  ", " · "
_SPELLINGS = {
    "cpu": "CPU",
    "gpu": "GPU",
    "gpus": "GPUs",
    "ram": "RAM",
    "vram": "VRAM",
    "sha256": "SHA-256",
    "pid": "process",
    "cuda": "CUDA",
    "gguf": "GGUF",
}


def table(header: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Lay out rows under a header; columns that are empty in every row are left out.

    On a terminal that is too narrow each row becomes its first cell with the others in a line below.
    """
    cells = [[clean_line(cell) for cell in row] for row in rows]
    kept = [column for column in range(len(header)) if any(row[column] for row in cells)]
    lines = [[header[column] for column in kept], *([row[column] for column in kept] for row in cells)]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(kept))]
    room = terminal_columns()
    if room is not None and len(indent) + sum(widths) + len(_GAP) * (len(widths) - 1) > room:
        return "\n".join(_stacked(lines[0], line, indent, room) for line in lines[1:])
    return "\n".join(indent + _GAP.join(map(_padded, line, widths)).rstrip() for line in lines)


def _stacked(header: Sequence[str], line: Sequence[str], indent: str, columns: int) -> str:
    cells = zip(header[1:], line[1:], strict=True)
    rest = _DOT.join(f"{name.lower()} {cell}".strip() for name, cell in cells if cell)
    inner = indent + "  "
    return f"{indent}{line[0]}\n" + fill(rest, columns, initial_indent=inner, subsequent_indent=inner)


def facts(told: Mapping[str, object], indent: str = "") -> str:
    """Lay out an object as lines `Label: value`; objects inside are indented, empty values left out."""
    return "\n".join(line for name, value in told.items() for line in _fact(name, value, indent))


def _fact(name: str, value: object, indent: str) -> list[str]:
    label, inner = f"{indent}{_label(name)}:", indent + "  "
    if value is None or value in ("", [], {}):
        return []
    match value:
        case dict():
            return [label, facts(cast("Mapping[str, object]", value), inner)]
        case list():
            items = cast("list[object]", value)
            if any(isinstance(item, dict) for item in items):
                return [label, *(_item(item, inner) for item in items)]
            return [f"{label} {', '.join(clean_line(str(item)) for item in items)}"]
        case str() if "\n" in value.strip():
            return [label, *(inner + line for line in clean(value).strip().splitlines())]
        case _:
            return [f"{label} {_value(name, value)}"]


def _item(item: object, indent: str) -> str:
    if not isinstance(item, dict):
        return f"{indent}{clean_line(str(item))}"
    inside = cast("Mapping[str, object]", item)
    said = {name: value for name, value in inside.items() if value is not None and value not in ("", [], {})}
    return indent + ", ".join(f"{_label(name)} {_value(name, value)}" for name, value in said.items())


def _value(name: str, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float() if name.endswith("_bytes"):
            return size_words(value)
        case int() | float() if name.endswith("_bytes_per_second"):
            return f"{size_words(value)}/s"
        case int() if abs(value) >= 10_000:
            return f"{value:,}"
        case float():
            return f"{value:.4g}"
        case _:
            return clean_line(str(value))


def _label(name: str) -> str:
    words = name.removesuffix("_bytes_per_second").removesuffix("_bytes").split("_")
    spelled = " ".join(_SPELLINGS.get(word, word) for word in words)
    return spelled[:1].upper() + spelled[1:]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Count terminal columns: East Asian wide characters take two, combining marks none (Unicode UAX #11)."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )

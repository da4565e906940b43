"""Writes the page's types from the shapes of the verbs."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from aspen.server.workspace_api.shapes import SHAPES
from standards.repository import ROOT

PATH = ROOT / "web" / "src" / "api" / "shapes.d.ts"

_HEAD = "/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */\n"
_PLAIN: dict[object, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    object: "unknown",
    NoneType: "null",
}


def render() -> str:
    """Return the whole file."""
    named: dict[str, type] = {}
    for pair in SHAPES.values():
        for shape in pair:
            _collect(shape, named)
    verbs = "".join(f"  {verb}: {{ given: {g.__name__}; result: {r.__name__} }};\n" for verb, (g, r) in SHAPES.items())
    parts = [_interface(shape) for shape in named.values()]
    return "\n".join([_HEAD, *parts, f"export interface ShapedVerbs {{\n{verbs}}}\n"])


def _collect(hint: Any, named: dict[str, type]) -> None:
    """Put every named shape within a type into `named`, inner ones first."""
    if is_typeddict(hint):
        for inner in get_type_hints(hint, include_extras=True).values():
            _collect(inner, named)
        named.setdefault(hint.__name__, hint)
        return
    for inner in get_args(hint):
        _collect(inner, named)


def _interface(shape: Any) -> str:
    lines: list[str] = []
    for name, hint in get_type_hints(shape, include_extras=True).items():
        is_optional = get_origin(hint) is NotRequired
        mark, inner = ("?", get_args(hint)[0]) if is_optional else ("", hint)
        lines.append(f"  readonly {name}{mark}: {_written(inner)};\n")
    if not lines:
        return f"export type {shape.__name__} = Record<string, never>;\n"
    told = inspect.getdoc(shape) if shape.__doc__ else None
    return f"{_comment(told)}export interface {shape.__name__} {{\n{''.join(lines)}}}\n"


def _comment(told: str | None) -> str:
    return f"/** {told} */\n" if told else ""


def _written(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " | ".join(_written(each) for each in inner)
    if origin is list:
        element = _written(inner[0])
        return f"readonly ({element})[]" if " | " in element else f"readonly {element}[]"
    if origin is dict:
        return f"Readonly<Record<{_written(inner[0])}, {_written(inner[1])}>>"
    if origin is Literal:
        return " | ".join(f'"{each}"' for each in inner)
    return hint.__name__ if is_typeddict(hint) else _PLAIN[hint]


if __name__ == "__main__":
    PATH.write_text(render(), "utf-8")

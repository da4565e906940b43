"""Writes the page's types from the shapes of the verbs, and of what runs say."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from aspen.server.workspace_api.shapes.events import EventFrame, RunCard
from aspen.server.workspace_api.shapes.nouns import Word, Zone
from aspen.server.workspace_api.shapes.table import SHAPES
from standards.repository import ROOT

PATH = ROOT / "web" / "src" / "api" / "shapes.d.ts"

_HEAD = "/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */\n"
_ALIASES: dict[object, str] = {Word: "Word", Zone: "Zone"}
"""What has a name of its own in the page's types, too."""

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
    named: dict[str, Any] = {}
    for shape in (*(shape for pair in SHAPES.values() for shape in pair), EventFrame, RunCard):
        _collect(shape, named)
    verbs = "".join(
        f"  {verb}: {{ given: {_written(given)}; result: {_written(result)} }};\n"
        for verb, (given, result) in SHAPES.items()
    )
    aliases = [f"export type {name} = {_literals(hint)};\n" for hint, name in _ALIASES.items()]
    parts = [*aliases, *(_interface(shape) for shape in named.values())]
    union = "".join(f"\n  | {_written(each)}" for each in get_args(EventFrame))
    events = f"/** What a run says before its last frame. */\nexport type EventFrame ={union};\n"
    table = f"/** What each verb is given, and what it answers. */\nexport interface Verbs {{\n{verbs}}}\n"
    return "\n".join([_HEAD, *parts, events, table])


def _collect(hint: Any, named: dict[str, Any]) -> None:
    """Put every named shape within a type into `named`, inner ones first. Two shapes of one name are a mistake."""
    if is_typeddict(hint):
        for inner in get_type_hints(hint, include_extras=True).values():
            _collect(inner, named)
        if named.setdefault(hint.__name__, hint) is not hint:
            raise TypeError(f"Two shapes are called {hint.__name__}.")
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
    told = inspect.cleandoc(shape.__doc__) if shape.__doc__ else None
    return f"{_comment(told)}export interface {shape.__name__} {{\n{''.join(lines)}}}\n"


def _comment(told: str | None) -> str:
    if not told:
        return ""
    first, *others = told.splitlines()
    if not others:
        return f"/** {first} */\n"
    return "\n".join([f"/** {first}", *(f" * {line}".rstrip() for line in others), " */\n"])


def _literals(hint: Any) -> str:
    return " | ".join(f'"{each}"' for each in get_args(hint))


def _written(hint: Any) -> str:
    if hint in _ALIASES:
        return _ALIASES[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " | ".join(_written(each) for each in inner)
    if origin is list:
        element = _written(inner[0])
        return f"readonly ({element})[]" if " | " in element else f"readonly {element}[]"
    if origin is dict:
        return f"Readonly<Record<{_written(inner[0])}, {_written(inner[1])}>>"
    if origin is Literal:
        return _literals(hint)
    return hint.__name__ if is_typeddict(hint) else _PLAIN[hint]


if __name__ == "__main__":
    PATH.write_text(render(), "utf-8")

"""Writes the page's types from the shapes of the verbs, and of what runs say: a file for each module, one for all."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from aspen.server.workspace_api.shapes import nouns
from aspen.server.workspace_api.shapes.events import EventFrame, RunCard
from aspen.server.workspace_api.shapes.nouns import Word, Zone
from aspen.server.workspace_api.shapes.table import SHAPES
from standards.repository import ROOT

API = ROOT / "web" / "src" / "api"
FOLDER = API / "shapes"

_HEAD = "/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */\n"
_ALIASES: dict[object, str] = {Word: "Word", Zone: "Zone"}
"""What has a name of its own in the page's types, too. All of it stands among the nouns."""

_NOUNS = nouns.__name__.rpartition(".")[2]
_WIDTH = 110
_PLAIN: dict[object, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    object: "unknown",
    NoneType: "null",
}


def render() -> dict[Path, str]:
    """Return every file with its text."""
    named: dict[str, Any] = {}
    for shape in (*(shape for pair in SHAPES.values() for shape in pair), EventFrame, RunCard):
        _collect(shape, named)
    homes = {name: _module_of(shape) for name, shape in named.items()} | dict.fromkeys(_ALIASES.values(), _NOUNS)
    files = {FOLDER / f"{module}.d.ts": _module(module, named, homes) for module in sorted(set(homes.values()))}
    return {**files, API / "shapes.d.ts": _whole(homes)}


def _module(module: str, named: Mapping[str, Any], homes: Mapping[str, str]) -> str:
    shapes = [shape for name, shape in named.items() if homes[name] == module]
    used = {name for shape in shapes for name in _named_by(shape)}
    aliases = (
        [f"export type {name} = {_literals(hint)};\n" for hint, name in _ALIASES.items()] if module == _NOUNS else []
    )
    return "\n".join([_HEAD, *_imports(used, homes, "./", module), *aliases, *(_interface(shape) for shape in shapes)])


def _whole(homes: Mapping[str, str]) -> str:
    """Write what joins them: every name again, what a run says, and the table of the verbs."""
    modules = "".join(f'export type * from "./shapes/{module}";\n' for module in sorted(set(homes.values())))
    verbs = "".join(
        f"  {verb}: {{ given: {_written(given)}; result: {_written(result)} }};\n"
        for verb, (given, result) in SHAPES.items()
    )
    union = "".join(f"\n  | {_written(each)}" for each in get_args(EventFrame))
    events = f"/** What a run says before its last frame. */\nexport type EventFrame ={union};\n"
    table = f"/** What each verb is given, and what it answers. */\nexport interface Verbs {{\n{verbs}}}\n"
    hints = (*get_args(EventFrame), *(shape for pair in SHAPES.values() for shape in pair))
    used = {name for hint in hints for name in _names_in(hint)}
    return "\n".join([_HEAD, *_imports(used, homes, "./shapes/", ""), modules, events, table])


def _imports(used: set[str], homes: Mapping[str, str], folder: str, own: str) -> Iterator[str]:
    """Write one import for each module that names come from, as one block of text."""
    wanted = sorted({homes[name] for name in used} - {own})
    if wanted:
        yield "".join(
            _import([name for name in sorted(used) if homes[name] == module], f"{folder}{module}") for module in wanted
        )


def _import(names: list[str], place: str) -> str:
    line = f'import type {{ {", ".join(names)} }} from "{place}";\n'
    if len(line) <= _WIDTH:
        return line
    return "import type {\n" + "".join(f"  {name},\n" for name in names) + f'}} from "{place}";\n'


def _collect(hint: Any, named: dict[str, Any]) -> None:
    """Put every named shape within a type into `named`, inner ones first. Two shapes of one name are a mistake."""
    if is_typeddict(hint):
        for inner in (*_bases(hint), *get_type_hints(hint, include_extras=True).values()):
            _collect(inner, named)
        if named.setdefault(hint.__name__, hint) is not hint:
            raise TypeError(f"Two shapes are called {hint.__name__}.")
        return
    for inner in get_args(hint):
        _collect(inner, named)


def _bases(shape: Any) -> tuple[Any, ...]:
    """Return the shapes that a shape was made from: at run time a TypedDict has forgotten them."""
    module = sys.modules[shape.__module__]
    classes = (node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef))
    told = [base for node in classes if node.name == shape.__name__ for base in node.bases]
    bases = (getattr(module, base.id) for base in told if isinstance(base, ast.Name))
    return tuple(base for base in bases if is_typeddict(base))


def _own(shape: Any) -> dict[str, Any]:
    """Return the fields that are not those of its bases."""
    inherited = {
        name: hint for base in _bases(shape) for name, hint in get_type_hints(base, include_extras=True).items()
    }
    hints = get_type_hints(shape, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in inherited or inherited[name] != hint}


def _named_by(shape: Any) -> Iterator[str]:
    for hint in (*_bases(shape), *_own(shape).values()):
        yield from _names_in(hint)


def _names_in(hint: Any) -> Iterator[str]:
    if hint in _ALIASES:
        yield _ALIASES[hint]
    elif is_typeddict(hint):
        yield hint.__name__
    elif get_origin(hint) is not Literal:
        for inner in get_args(hint):
            yield from _names_in(inner)


def _interface(shape: Any) -> str:
    lines: list[str] = []
    for name, hint in _own(shape).items():
        is_optional = get_origin(hint) is NotRequired
        mark, inner = ("?", get_args(hint)[0]) if is_optional else ("", hint)
        lines.append(f"  readonly {name}{mark}: {_written(inner)};\n")
    bases = ", ".join(base.__name__ for base in _bases(shape))
    if not lines:
        return f"export type {shape.__name__} = {bases.replace(', ', ' & ') or 'Record<string, never>'};\n"
    told = inspect.cleandoc(shape.__doc__) if shape.__doc__ else None
    extends = f" extends {bases}" if bases else ""
    return f"{_comment(told)}export interface {shape.__name__}{extends} {{\n{''.join(lines)}}}\n"


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


def _module_of(shape: Any) -> str:
    return str(shape.__module__).rpartition(".")[2]


if __name__ == "__main__":
    for path, text in render().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    for old in set(FOLDER.glob("*.d.ts")) - set(render()):
        old.unlink()

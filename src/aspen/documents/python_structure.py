"""Where Python may be cut: at functions, classes and methods, as Python itself reads them. Runs none of it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from typing import Final

from aspen.documents.structure import Cut, above_comments, code_cuts

_LARGEST_CHARACTERS: Final = 1 << 20
"""A syntax tree takes about a hundred times its source."""

_DEEPEST: Final = 3
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def python_cuts(text: str, lines: Sequence[str]) -> list[Cut]:
    """Cut at definitions, methods among them; guess as for other code where it is not Python of this version."""
    tree = _parsed(text)
    if tree is None:
        return code_cuts(lines)
    by_line: dict[int, Cut] = {0: Cut(0)}
    for line, heading in _begun(tree.body, "", 1):
        cut_line = above_comments(lines, line - 1, ("#",))
        by_line[cut_line] = Cut(cut_line, heading)
    return [by_line[line] for line in sorted(by_line)]


def _parsed(text: str) -> ast.Module | None:
    """Python ends lines at a bare carriage return as well, so that its numbers would not be ours."""
    if len(text) > _LARGEST_CHARACTERS or text.count("\r") != text.count("\r\n") or "\f" in text:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _begun(body: Sequence[ast.stmt], owner: str, depth: int) -> Iterator[tuple[int, str]]:
    """Yield the line and the qualified name of each definition, and where other statements go on after one."""
    was_definition = False
    for node in body:
        if isinstance(node, _DEFINITIONS):
            name = f"{owner}.{node.name}" if owner else node.name
            yield _first_line(node), name
            if isinstance(node, ast.ClassDef) and depth < _DEEPEST:
                yield from _begun(node.body, name, depth + 1)
        elif was_definition:
            yield node.lineno, owner
        was_definition = isinstance(node, _DEFINITIONS)


def _first_line(node: _Definition) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])

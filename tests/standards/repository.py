"""The repository as the standards see it: its root, its Python files, their syntax trees and their functions."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "aspen"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A function and where it stands. `owner` is the class that it is a method of."""

    path: Path
    node: Function
    owner: ast.ClassDef | None

    @property
    def place(self) -> str:
        name = self.node.name if self.owner is None else f"{self.owner.name}.{self.node.name}"
        return f"{shown(self.path)}:{self.node.lineno} {name}"

    @property
    def lines(self) -> int:
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1


def shown(path: Path) -> str:
    """Name a file as people do: from the root."""
    return str(path.relative_to(ROOT))


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml as it is written."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def committed_files() -> Iterator[Path]:
    """Yield every file that git would keep: all but .git and what .gitignore names (plain names and folders)."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    yield from _files_below(ROOT, [".git", *ignored])


def _files_below(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files_below(path, ignored)
        elif path.is_file():
            yield path


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below these folders, by default below all that hold code of ours."""
    below = tuple(ROOT / folder for folder in folders or ("src", "tests", "benchmarks"))
    return [
        path for path in committed_files() if path.suffix == ".py" and path.is_relative_to(ROOT) and _in(path, below)
    ]


def _in(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def module_name(path: Path) -> str:
    """Name the module of a file below src: `aspen.core.errors`."""
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions_of(path: Path) -> Iterator[Defined]:
    """Yield every function of a file, nested ones and methods included."""
    yield from _functions(path, tree_of(path), None)


def _functions(path: Path, node: ast.AST, owner: ast.ClassDef | None) -> Iterator[Defined]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield Defined(path=path, node=child, owner=owner)
                yield from _functions(path, child, None)
            case ast.ClassDef():
                yield from _functions(path, child, child)
            case _:
                yield from _functions(path, child, owner)


def imported_modules(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, at its top or inside of functions."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Import():
                names.update(alias.name for alias in node.names)
            case ast.ImportFrom(module=str() as module, level=0):
                names.add(module)
            case _:
                pass
    return names

"""No rule has an exception: neither in a comment, nor in the configuration, nor by replacing code in a test."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest

from standards.repository import ROOT, imported_modules, project, python_files, shown, tree_of

SILENCERS = re.compile(
    r"noqa|(type|pyright|mypy|ruff|import-linter)\s*:\s*(ignore|disable|basic|file-ignores)|fmt:\s*(off|skip)"
)
EXEMPTING_KEYS = frozenset(
    {
        *("exclude", "extend-exclude", "per-file-ignores", "extend-per-file-ignores", "overrides"),
        *("ignore_imports", "unmatched_ignore_imports_alerting", "ignore_errors", "executionEnvironments"),
    }
)


def comments_of(source: bytes) -> Iterator[tuple[int, str]]:
    """Yield the comments with their lines; a silencer inside of a string is only a word."""
    for token in tokenize.tokenize(BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names_of_ours(tree: ast.AST) -> set[str]:
    """Return the names that a file has imported from the product."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                ours = (alias for alias in node.names if alias.name.partition(".")[0] == "aspen")
                names.update(alias.asname or "aspen" for alias in ours)
            case ast.ImportFrom(module=str() as module) if module.partition(".")[0] == "aspen":
                names.update(alias.asname or alias.name for alias in node.names)
            case _:
                pass
    return names


def is_ours(target: ast.expr, ours: set[str]) -> bool:
    """Whether what is replaced is the product's: a name from it, an attribute of one, or its path as text."""
    while isinstance(target, ast.Attribute):
        target = target.value
    match target:
        case ast.Name(id=name):
            return name in ours
        case ast.Constant(value=str() as path):
            return path.partition(".")[0] == "aspen"
        case _:
            return False


def replacements_in(tree: ast.AST) -> list[int]:
    """Return the lines where a method such as pytest's `monkeypatch.setattr` is given something of the product."""
    ours = names_of_ours(tree)
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"setattr", "delattr", "setitem", "delitem"}
        and node.args
        and is_ours(node.args[0], ours)
    ]


def keys_of(table: object) -> Iterator[str]:
    """Yield every key of a nested table."""
    if isinstance(table, dict):
        for key, value in cast("dict[str, object]", table).items():
            yield key
            yield from keys_of(value)
    elif isinstance(table, list):
        for value in cast("list[object]", table):
            yield from keys_of(value)


def stubs() -> list[Path]:
    return sorted((ROOT / "typings").rglob("*.pyi"))


def test_no_comment_silences_a_checker() -> None:
    found = [
        f"{shown(path)}:{line} {comment}"
        for path in (*python_files(), *stubs())
        for line, comment in comments_of(path.read_bytes())
        if SILENCERS.search(comment)
    ]
    assert found == []


def test_no_test_replaces_code_of_the_product() -> None:
    found = [f"{shown(path)}:{line}" for path in python_files() for line in replacements_in(tree_of(path))]
    assert found == []


def test_no_test_uses_a_mocking_library() -> None:
    names = {"unittest.mock", "mock", "pytest_mock"}
    assert [shown(path) for path in python_files() if imported_modules(path) & names] == []


def test_the_configuration_of_the_checkers_has_no_list_of_exceptions() -> None:
    tools = cast("dict[str, Any]", project()["tool"])
    checkers = {name: tools[name] for name in ("ruff", "pyright", "importlinter", "pytest")}
    assert EXEMPTING_KEYS & set(keys_of(checkers)) == set()


def test_pyright_is_strict_and_turns_nothing_off_but_what_no_stub_could_say() -> None:
    pyright = cast("dict[str, object]", project()["tool"]["pyright"])
    assert pyright["typeCheckingMode"] == "strict"
    weakened = {name for name, value in pyright.items() if name.startswith("report") and value in ("none", False)}
    assert weakened <= {"reportMissingTypeStubs"}


def test_warnings_are_errors_in_tests() -> None:
    assert project()["tool"]["pytest"]["ini_options"]["filterwarnings"] == ["error"]


@pytest.mark.parametrize(
    ("source", "is_silenced"),
    [("x = 1  # no" + "qa: E501", True), ("x = 1  # type: " + "ignore", True), ('x = "# no' + 'qa"', False)],
)
def test_a_silencer_counts_in_a_comment_only(source: str, is_silenced: bool) -> None:
    found = [comment for _, comment in comments_of(source.encode()) if SILENCERS.search(comment)]
    assert bool(found) == is_silenced


def test_a_replaced_attribute_is_noticed() -> None:
    def found(line: str) -> list[int]:
        return replacements_in(ast.parse(f"import aspen.ask, tempfile; from aspen.core import label\n{line}"))

    assert found("monkeypatch.setattr(aspen.ask, 'ask', None)") == [2]
    assert found("patch.setattr(label.Label, 'join', None)") == [2]
    assert found("monkeypatch.delattr('aspen.ask.ask')") == [2]
    assert found("monkeypatch.setattr(tempfile, 'tempdir', '/')") == []
    assert found("monkeypatch.setenv('HOME', '/')") == []

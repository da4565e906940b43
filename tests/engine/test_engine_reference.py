"""The page that lists what is relied on of llama-server, and the tests that show it, name each other."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent.parent
PAGE = (ROOT / "docs" / "reference" / "engine.md").read_text("utf-8")
BEHAVIOURS = PAGE.partition("\n## What is relied on\n")[2].partition("\n## ")[0]


def _sections() -> dict[str, list[str]]:
    """Each heading with the tests that its section names."""
    heading_and_text = re.findall(r"^### (.+)\n((?:(?!### ).*\n)*)", BEHAVIOURS, re.MULTILINE)
    return {heading: re.findall(r"`(test_\w+)`", text) for heading, text in heading_and_text}


def _tests() -> set[str]:
    """The tests of llama-server's own behaviour, as opposed to those of what Aspen makes of it."""
    trees = [ast.parse(path.read_text("utf-8")) for path in TESTS.glob("test_server_*.py")]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.AsyncFunctionDef)]
    return {function.name for function in functions if function.name.startswith("test_")}


def test_every_heading_names_a_test() -> None:
    assert len(_sections()) > 20
    assert [heading for heading, tests in _sections().items() if not tests] == []


def test_every_test_that_is_named_exists_and_every_test_is_named_once() -> None:
    named = [test for tests in _sections().values() for test in tests]
    assert sorted(named) == sorted(_tests())


def test_the_page_names_the_pinned_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (pin,) = [each for each in project["dependencies"] if each.startswith("xllamacpp")]
    assert f"`{pin}`" in PAGE.partition("\n## ")[0]

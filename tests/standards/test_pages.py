"""What the pages point at exists: links, files, functions of the traced request, and tests that are named as proof."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from standards.repository import ROOT, SOURCE, committed_files, python_files, shown, tree_of

MAP = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
ROOTED = re.compile(r"(?:src|docs|tests|benchmarks)/[\w./-]+")
IN_SOURCE = re.compile(r"(\w+)/[\w/]+\.py")


@cache
def pages() -> dict[Path, str]:
    """Return the text of every page."""
    return {path: path.read_text("utf-8") for path in committed_files() if path.suffix == ".md"}


def links_in(text: str) -> set[str]:
    """Return the relative targets of the links of a page, without anchors."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return {target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")}


def quoted_in(text: str) -> set[str]:
    """Return what stands between single backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


@cache
def defined_names(*folders: str) -> set[str]:
    """Return the names of all functions and classes, methods also as `Class.method`."""
    names: set[str] = set()
    for path in python_files(*folders):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.ClassDef):
                members = (each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
                names |= {node.name, *(f"{node.name}.{member.name}" for member in members)}
    return names


def is_in_a_package(name: str) -> bool:
    """Whether a name is a file below one of the packages, as pages write it: `core/errors.py`."""
    matched = IN_SOURCE.fullmatch(name)
    return matched is not None and (SOURCE / matched[1]).is_dir()


def drawn_tree() -> str:
    """Return the drawing of src/aspen on the map."""
    return MAP.partition("```\nsrc/aspen/\n")[2].partition("```")[0]


def test_every_link_of_every_page_leads_somewhere() -> None:
    assert len(pages()) > 10
    broken = [
        f"{shown(page)} -> {target}"
        for page, text in pages().items()
        for target in sorted(links_in(text))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_file_that_a_page_names_exists() -> None:
    missing = [
        f"{shown(page)}: {name}"
        for page, text in pages().items()
        for name in sorted(quoted_in(text))
        if (ROOTED.fullmatch(name) and not (ROOT / name).exists())
        or (is_in_a_package(name) and not (SOURCE / name).exists())
    ]
    assert missing == []


def test_every_test_that_a_page_names_exists() -> None:
    tests = defined_names("tests")
    missing = [
        f"{shown(page)}: {name}"
        for page, text in pages().items()
        for name in sorted(quoted_in(text))
        if re.fullmatch(r"test_[a-z0-9_]+", name) and name not in tests
    ]
    assert missing == []


def test_every_function_that_the_map_names_exists() -> None:
    called = {name.removesuffix("()") for name in quoted_in(MAP) if re.fullmatch(r"[\w.]+\(\)", name)}
    assert len(called) > 20
    assert called - defined_names("src") == set()


def test_every_package_is_on_the_map_and_every_file_on_it_exists() -> None:
    drawn = drawn_tree()
    built = {"__init__.py", "__pycache__", "web_assets"}
    tops = {path.name for path in SOURCE.iterdir() if path.name not in built}
    assert {name for name in tops if not re.search(rf"^[├└]── {re.escape(name)}\b", drawn, re.MULTILINE)} == set()
    files = {path.name for path in SOURCE.rglob("*.py")}
    assert set(re.findall(r"\b[\w]+\.py\b", drawn)) - files == set()


def test_every_word_of_the_glossary_stands_in_its_order() -> None:
    rows = re.findall(r"^\| \*\*([^*]+)\*\* \|", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 20
    assert rows == sorted(rows)

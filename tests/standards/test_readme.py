"""The README cannot drift: its two lines are commands that CI takes out and runs, its promises are tests by name."""

from __future__ import annotations

import ast
import re

from standards.repository import ROOT, python_files, tree_of

README = (ROOT / "README.md").read_text("utf-8")
MOST_LINES = 80

FIRST_ANSWER = (
    "python3 -m venv .venv && .venv/bin/pip install . && "
    '.venv/bin/aspen ask "In one sentence: why keep data on your own machine?"'
)
TESTS = 'python3 -m venv .venv && .venv/bin/pip install ".[test]" && .venv/bin/pytest'


def lines_with(text: str) -> list[str]:
    """Return the README's lines that hold `text`, as a shell would get them."""
    return [line.strip() for line in README.splitlines() if text in line]


def promises() -> list[str]:
    """Return the sentences that begin the items of the README's list of promises."""
    section = README.partition("## What it promises")[2].partition("\n## ")[0]
    return re.findall(r"^- \*\*(.+?)\*\*", section, flags=re.MULTILINE)


def name_of_the_test(promise: str) -> str:
    """Name the test that keeps a promise: its words."""
    return "test_" + "_".join(re.findall(r"[a-z0-9]+", promise.lower()))


def journeys() -> set[str]:
    """Return the names of all tests in tests/journeys."""
    nodes = (node for path in python_files("tests/journeys") for node in ast.walk(tree_of(path)))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_first_answer_is_one_line_that_can_be_taken_out() -> None:
    assert lines_with(".venv/bin/aspen ask") == [FIRST_ANSWER]


def test_the_tests_are_one_line_that_can_be_taken_out() -> None:
    assert lines_with(".venv/bin/pytest") == [TESTS]


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= MOST_LINES


def test_every_promise_of_the_readme_is_a_journey_of_the_same_name() -> None:
    wanted = {name_of_the_test(promise) for promise in promises()}
    assert len(wanted) >= 10
    assert wanted - journeys() == set()


def test_a_promise_is_named_by_its_words() -> None:
    assert name_of_the_test("It works without a network.") == "test_it_works_without_a_network"

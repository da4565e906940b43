"""Names say what a thing is; folders of tests follow the source."""

from __future__ import annotations

import ast
import re
from collections import Counter

from standards.repository import ROOT, SOURCE, python_files, shown, tree_of

EMPTY_WORDS = frozenset(
    {
        *("base", "bases", "common", "data", "handler", "handlers", "helper", "helpers", "info", "lib", "manager"),
        *(
            "managers",
            "misc",
            "shared",
            "stuff",
            "support",
            "toolbox",
            "util",
            "utilities",
            "utility",
            "utils",
            "various",
        ),
    }
)
"""Words that say nothing about what is inside. The package `service` is the process of that name: decision 0008."""

EMPTY_AT_THE_END_OF_A_CLASS = EMPTY_WORDS | {"service"}
"""What a class is stands last in its name: `ServiceStopped` is an end, a `ModelService` could be anything."""

KINDS_OF_TESTS = frozenset({"browser", "engine", "fakes", "journeys", "laws", "leaks", "standards"})
"""Folders of tests that mirror no package: what they hold stands in ARCHITECTURE.md."""


def words_of(name: str) -> list[str]:
    """Split snake_case and CamelCase."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [path for path in python_files() if path.name != "__init__.py"]
    assert [shown(path) for path in named if EMPTY_WORDS.intersection(words_of(path.stem))] == []


def test_no_folder_has_a_name_that_says_nothing() -> None:
    folders = {folder for path in python_files() for folder in path.relative_to(ROOT).parts[:-1]}
    assert {"src", "aspen", "core"} <= folders
    assert folders & EMPTY_WORDS == set()


def test_no_class_is_called_by_a_word_that_says_nothing() -> None:
    classes = [
        (shown(path), node.name)
        for path in python_files("src")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    ]
    assert classes
    assert [(place, name) for place, name in classes if words_of(name)[-1] in EMPTY_AT_THE_END_OF_A_CLASS] == []


def test_every_folder_of_tests_mirrors_a_package_or_is_a_named_kind() -> None:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    folders = {
        path.relative_to(ROOT / "tests").parts[0] for path in python_files("tests") if path.parent.name != "tests"
    }
    assert folders - packages - KINDS_OF_TESTS == set()


def test_no_two_test_files_share_a_name() -> None:
    counted = Counter(path.name for path in python_files("tests") if path.name.startswith("test_"))
    assert [name for name, count in counted.items() if count > 1] == []


def test_tests_are_no_packages() -> None:
    assert [shown(path) for path in python_files("tests") if path.name == "__init__.py"] == []


def test_words_are_found_in_either_spelling() -> None:
    assert words_of("engine_manager") == ["engine", "manager"]
    assert words_of("EngineManager2") == ["engine", "manager2"]

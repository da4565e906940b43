"""Every module says what it is for, and every public function that does more than a little says what it does."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

from standards.repository import Defined, Function, functions_of, module_name, python_files, shown, tree_of

MOST_LINES_WITHOUT_WORDS = 8


def is_public(defined: Defined) -> bool:
    """Whether another module may call it: a method of a private class, or one of Python's own, is none of those."""
    in_public_class = defined.owner is None or not defined.owner.name.startswith("_")
    return in_public_class and not defined.node.name.startswith("_")


def stands_at_the_top(defined: Defined) -> bool:
    body = tree_of(defined.path).body if defined.owner is None else defined.owner.body
    return defined.node in body


def is_the_programs_entry(defined: Defined) -> bool:
    """A module that is run says in its own docstring what its `main` does."""
    return defined.node.name == "main" and 'if __name__ == "__main__"' in defined.path.read_text("utf-8")


def has_words(defined: Defined) -> bool:
    """Whether it has a docstring, or inherits one from the class that it overrides."""
    if ast.get_docstring(defined.node) is not None:
        return True
    if defined.owner is None or not defined.owner.bases:
        return False
    owner = getattr(importlib.import_module(module_name(defined.path)), defined.owner.name)
    return inspect.getdoc(getattr(owner, defined.node.name)) is not None


def body_lines(node: Function) -> int:
    """Count the lines of what it does, from its first statement on."""
    return (node.end_lineno or node.lineno) - node.body[0].lineno + 1


def modules() -> list[Path]:
    """Return every module but those of tests, whose names are sentences already."""
    return [path for path in python_files() if not path.name.startswith("test_")]


def test_every_module_says_what_it_is_for() -> None:
    assert [shown(path) for path in modules() if ast.get_docstring(tree_of(path)) is None] == []


def test_a_module_begins_with_a_sentence() -> None:
    for path in modules():
        first = (ast.get_docstring(tree_of(path)) or "").partition("\n\n")[0]
        assert first.rstrip().endswith((".", "?", ":", "…")), shown(path)


def test_every_public_function_of_more_than_a_few_lines_says_what_it_does() -> None:
    public = [
        defined
        for path in python_files("src")
        for defined in functions_of(path)
        if is_public(defined) and stands_at_the_top(defined) and not is_the_programs_entry(defined)
    ]
    assert len(public) > 100
    longer = [defined for defined in public if body_lines(defined.node) > MOST_LINES_WITHOUT_WORDS]
    assert [defined.place for defined in longer if not has_words(defined)] == []

"""Nothing grows past what can be read in one sitting."""

from __future__ import annotations

import ast

import pytest

from standards.repository import Defined, functions_of, python_files, shown

MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 60
MOST_PARAMETERS = 6


def parameters_of(defined: Defined) -> int:
    """Count what a caller may pass; `self` and `cls` are passed by Python."""
    told = defined.node.args
    count = len(told.posonlyargs) + len(told.args) + len(told.kwonlyargs) + bool(told.vararg) + bool(told.kwarg)
    is_bound = defined.owner is not None and not any(
        isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in defined.node.decorator_list
    )
    return count - is_bound


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {shown(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    assert lengths
    assert {place: length for place, length in lengths.items() if length > MOST_LINES_OF_A_FILE} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    functions = [defined for path in python_files() for defined in functions_of(path)]
    assert functions
    assert [each.place for each in functions if each.lines > MOST_LINES_OF_A_FUNCTION] == []


def test_no_function_takes_more_than_six_parameters() -> None:
    functions = [defined for path in python_files() for defined in functions_of(path)]
    assert [each.place for each in functions if parameters_of(each) > MOST_PARAMETERS] == []


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("def f(a, b=1, *c, d, **e): ...", 5),
        ("class C:\n    def m(self, a): ...", 1),
        ("class C:\n    @classmethod\n    def m(cls, a): ...", 1),
        ("class C:\n    @staticmethod\n    def m(a, b): ...", 2),
        ("class C:\n    async def m(self, a, /, b): ...", 2),
    ],
)
def test_parameters_are_counted_as_a_caller_counts_them(written: str, count: int) -> None:
    tree = ast.parse(written).body[0]
    owner = tree if isinstance(tree, ast.ClassDef) else None
    node = tree if owner is None else owner.body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    assert parameters_of(Defined(path=python_files()[0], node=node, owner=owner)) == count

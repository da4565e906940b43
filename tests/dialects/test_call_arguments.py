"""Arguments that a model wrote anyhow become an object that JSON can carry, and come back as they were written."""

from __future__ import annotations

import pytest

from aspen.dialects.call_arguments import UNREADABLE, arguments_as_object, arguments_as_text

NO_OBJECTS = ['{"a": ', "nonsense", "[1]", "5", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000]


@pytest.mark.parametrize("arguments", NO_OBJECTS)
def test_arguments_that_are_no_json_object_are_wrapped_in_one_and_come_back(arguments: str) -> None:
    told = arguments_as_object(arguments)
    assert told == {UNREADABLE: arguments}
    assert arguments_as_text(told) == arguments


def test_no_arguments_are_an_empty_object() -> None:
    assert arguments_as_object("") == {}


@pytest.mark.parametrize("told", [{UNREADABLE: 5}, {UNREADABLE: "x", "a": 1}])
def test_an_object_that_only_looks_like_a_wrapper_is_left_as_it_is(told: dict[str, object]) -> None:
    assert arguments_as_object(arguments_as_text(told)) == told

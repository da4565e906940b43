"""The tree of errors: each has a code of its own and comes back from a wire as what it was."""

from __future__ import annotations

from collections import Counter

import pytest

from aspen.core.errors import (
    AspenError,
    EngineStopped,
    Failed,
    PromptTooLong,
    Unreachable,
    error_from_json,
    error_of_code,
    error_to_json,
    every_error,
)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = Counter(error.code for error in every_error())
    assert {code: count for code, count in codes.items() if count > 1} == {}


def test_parents_come_before_their_children() -> None:
    seen: list[type[AspenError]] = []
    for error in every_error():
        assert error is AspenError or error.__mro__[1] in seen
        seen.append(error)


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: error.code)
def test_an_error_is_found_by_its_code(error: type[AspenError]) -> None:
    assert error_of_code(error.code) is error


def test_a_code_of_another_version_is_a_plain_failure() -> None:
    assert error_of_code("from_the_future") is Failed


def test_an_error_says_its_sentence_and_whether_a_retry_can_help() -> None:
    told = error_to_json(EngineStopped("It ended.", hint="Ask again."))
    assert told == {
        "code": "engine_stopped",
        "sentence": "It ended.",
        "hint": "Ask again.",
        "retryable": True,
        "facts": {},
    }
    assert str(EngineStopped("It ended.")) == "It ended."


def test_only_what_another_try_can_cure_is_retryable() -> None:
    assert Unreachable.retryable
    assert not PromptTooLong.retryable


@pytest.mark.parametrize("told", [{}, {"code": 5, "facts": "none"}, {"sentence": None}])
def test_a_broken_error_is_still_an_error(told: dict[str, object]) -> None:
    assert isinstance(error_from_json(told), AspenError)

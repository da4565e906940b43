"""The same question asked once more: a second answer beside the first, and the question stands there once."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused
from fakes.service_home import ServiceHome, question

SHORT = {"answer_tokens": 4, "temperature": 0}


def _ask(home: ServiceHome, text: str) -> dict[str, Any]:
    return home.call("ask", **question(text, options=SHORT, conversation="new"))


def _again(home: ServiceHome, first: dict[str, Any], **more: Any) -> dict[str, Any]:
    asked = {"conversation": first["conversation"], "again": first["question"], "options": SHORT, **more}
    return home.call("ask", **asked)


def test_the_new_answer_stands_beside_the_old_one_and_the_question_is_not_doubled(shared_home: ServiceHome) -> None:
    first = _ask(shared_home, "Name a fruit.")
    second = _again(shared_home, first)
    view = shared_home.call("conversation", conversation=first["conversation"])
    asked, answer = view["turns"]
    assert (asked["turn"], asked["siblings"]) == (first["question"], [first["question"]])
    assert answer["siblings"] == [first["turn"], second["turn"]]
    assert view["leaf"] == second["turn"]
    assert second["question"] == first["question"]
    assert second["usage"]["prompt_tokens"] == first["usage"]["prompt_tokens"]


def test_what_was_said_before_the_question_goes_along_and_what_came_after_does_not(shared_home: ServiceHome) -> None:
    first = _ask(shared_home, "The word is plum.")
    talk = first["conversation"]
    second = shared_home.call("ask", **question("Go on.", options=SHORT, conversation=talk))
    shared_home.call("ask", **question("And on.", options=SHORT, conversation=talk))
    again = _again(shared_home, second)
    assert again["usage"]["prompt_tokens"] == second["usage"]["prompt_tokens"]


@pytest.mark.parametrize(
    "more",
    [{"messages": [{"role": "user", "content": "hi"}]}, {"parent": "1"}, {"files": ["/x"]}, {"conversation": None}],
)
def test_it_takes_nothing_else_along(shared_home: ServiceHome, more: dict[str, Any]) -> None:
    first = _ask(shared_home, "hi")
    with pytest.raises(Misused, match="takes nothing else along"):
        _again(shared_home, first, **more)


def test_an_answer_is_not_asked_again(shared_home: ServiceHome) -> None:
    first = _ask(shared_home, "hi")
    with pytest.raises(Misused, match="Only a question"):
        _again(shared_home, {**first, "question": first["turn"]})

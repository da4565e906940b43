"""What a client may say with `ask`: read into values, or refused by the name of the field."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.errors import Misused
from aspen.core.message import Image, Role
from aspen.core.request import AUTO, FreeText, JsonSchema
from aspen.service.ask_arguments import read_ask, read_limits

HI: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}


def test_a_plain_question_leaves_every_choice_to_aspen() -> None:
    asked = read_ask(HI)
    assert asked.model is None
    assert asked.output == FreeText()
    assert asked.limits.answer_tokens is None
    assert asked.keep_seconds is None
    assert [message.role for message in asked.messages] == [Role.USER]
    assert asked.request(None, asked.messages, asked.limits).wanted_model == AUTO


def test_every_request_has_an_id_of_its_own() -> None:
    asked = read_ask(HI)
    first, second = (asked.request("m", asked.messages, asked.limits).request_id for _ in range(2))
    assert first != second


def test_auto_is_no_name() -> None:
    assert read_ask({**HI, "model": "auto"}).model is None
    assert read_ask({**HI, "model": "qwen"}).model == "qwen"


def test_options_are_read_within_their_ranges() -> None:
    limits = read_limits({"temperature": 0, "top_k": 5, "seed": 7, "stop": ["END"], "answer_tokens": 3, "top_p": None})
    assert (limits.sampling.temperature, limits.sampling.top_k, limits.sampling.seed) == (0.0, 5, 7)
    assert (limits.sampling.stop, limits.sampling.top_p, limits.answer_tokens) == (("END",), None, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 5.1),
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", True),
        ("temperature", "0.5"),
        ("top_p", 1.5),
        ("min_p", -1),
        ("top_k", 1.5),
        ("top_k", True),
        ("seed", -1),
        ("seed", 2**32),
        ("answer_tokens", 0),
        ("answer_tokens", 2**31),
        ("context_tokens", -5),
        ("repeat_penalty", 11),
        ("repeat_last_n", -2),
    ],
)
def test_an_option_out_of_range_is_named_with_its_range(name: str, value: object) -> None:
    with pytest.raises(Misused) as caught:
        read_limits({name: value})
    assert name in caught.value.sentence
    assert repr(value) in caught.value.sentence


@pytest.mark.parametrize("value", ["END", ["a", ""], ["a", 3], 5, {"a": 1}], ids=repr)
def test_stops_are_a_list_of_texts(value: object) -> None:
    with pytest.raises(Misused, match="stop"):
        read_limits({"stop": value})


def test_an_unknown_option_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Misused) as caught:
        read_limits({"temprature": 1})
    assert "temprature" in caught.value.sentence
    assert "temperature" in caught.value.hint


UNUSABLE: list[tuple[str, object]] = [
    ("model", 3),
    ("messages", "hi"),
    ("messages", [3]),
    ("options", []),
    ("options", "hot"),
    ("schema", "{}"),
    ("schema", [1]),
    ("tools", {}),
    ("tools", [{"type": "function"}]),
    ("tools", [{"function": {}}]),
    ("adapters", [{"index": -1, "scale": 1}]),
    ("adapters", [{"index": 0, "scale": "big"}]),
    ("adapters", [{}]),
    ("keep_seconds", "long"),
    ("keep_seconds", math.nan),
    ("keep_seconds", True),
    ("top_logprobs", 21),
    ("top_logprobs", -1),
    ("prompt", "hi"),
]


@pytest.mark.parametrize(("field", "value"), UNUSABLE)
def test_a_field_that_cannot_be_used_is_misuse(field: str, value: object) -> None:
    with pytest.raises(Misused) as caught:
        read_ask({**HI, field: value})
    assert caught.value.sentence


@pytest.mark.parametrize(("seconds", "expected"), [(-1, math.inf), (0, 0.0), (2.5, 2.5), (None, None)])
def test_a_negative_keep_is_for_good(seconds: object, expected: float | None) -> None:
    assert read_ask({**HI, "keep_seconds": seconds}).keep_seconds == expected


def test_a_schema_asks_for_json() -> None:
    assert read_ask({**HI, "schema": {"type": "object"}}).output == JsonSchema(schema={"type": "object"})


def test_a_picture_goes_along_with_its_message() -> None:
    message = {"role": "user", "content": "what?", "images": [{"data": "aGk=", "media_type": "image/webp"}]}
    (read,) = read_ask({"messages": [message]}).messages
    assert Image(media_type="image/webp", encoded=b"hi") in read.parts


@pytest.mark.parametrize("data", ["!", "ü", "aGk", 5, None], ids=repr)
def test_a_picture_that_is_not_base64_is_misuse(data: object) -> None:
    with pytest.raises(Misused):
        read_ask({"messages": [{"role": "user", "content": "x", "images": [{"data": data}]}]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["model", "messages", "options", "schema", "tools", "adapters", "keep_seconds", "top_logprobs"]
)
PARTS = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "tool", "king"]), "content": JSON},
    optional={"images": JSON, "tool_calls": JSON, "tool_call_id": JSON},
)


@given(st.dictionaries(FIELDS, JSON, max_size=4), st.lists(PARTS, max_size=2))
def test_whatever_comes_in_is_read_or_refused(arguments: dict[str, object], messages: list[object]) -> None:
    try:
        asked = read_ask({"messages": messages, **arguments})
    except Misused as refusal:
        assert refusal.sentence
    else:
        assert asked.messages

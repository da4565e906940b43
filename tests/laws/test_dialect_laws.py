"""The OpenAI chat dialect: what is encoded and decoded again is what it was.

Honest exclusions, since the dialect cannot say them: a label; a `File` (it becomes text); the order of a thought and of
tool calls among the other parts; a message of no text at all beside calls; several results in one message (each becomes
a message); an empty thought or stop text; a signature; adapters; `context_tokens`.
"""

from __future__ import annotations

import json
from typing import cast

import pytest
from dialect_strategies import few, garbage
from hypothesis import given
from hypothesis import strategies as st
from strategies import messages, texts, tools, words

from aspen.core.errors import Misused
from aspen.core.message import File, Message, Role, Text, ToolResult
from aspen.core.request import FreeText, JsonSchema, Limits, Request, Sampling
from aspen.dialects.openai_chat import encode_message, encode_request
from aspen.dialects.openai_chat_request import decode_messages, decode_request

_unit = st.none() | st.floats(0, 1)
_samplings = st.builds(
    Sampling,
    temperature=st.none() | st.floats(0, 5),
    top_p=_unit,
    top_k=st.none() | st.integers(0, 1000),
    min_p=_unit,
    repeat_penalty=st.none() | st.floats(0, 10),
    repeat_last_n=st.none() | st.integers(-1, 1000),
    seed=st.none() | st.integers(0, 2**32 - 1),
    stop=st.lists(words, max_size=3).map(tuple),
)
_requests = st.builds(
    Request,
    request_id=st.just("1"),
    messages=st.lists(messages, min_size=1, max_size=4).map(tuple),
    tools=st.lists(tools, max_size=3).map(tuple),
    output=st.just(FreeText()) | st.builds(JsonSchema, schema=st.dictionaries(texts, texts, max_size=3)),
    limits=st.builds(Limits, answer_tokens=st.none() | st.integers(1, 10_000), sampling=_samplings),
    wanted_model=st.just("smol"),
    top_logprobs=st.integers(0, 20),
)


def _told(wire: object) -> dict[str, object]:
    """Return a body as the other side reads it."""
    return cast("dict[str, object]", json.loads(json.dumps(wire)))


@few
@given(request=_requests)
def test_requests_come_back(request: Request) -> None:
    assert decode_request(_told(encode_request(request, "smol")), "1") == request


@few
@given(name=words, text=texts)
def test_a_file_comes_back_as_text_that_holds_its_name_and_words(name: str, text: str) -> None:
    (decoded,) = decode_messages(encode_message(Message(role=Role.USER, parts=(File(name=name, text=text),))))
    assert [type(part) for part in decoded.parts] == [Text]
    assert name in decoded.text
    assert text in decoded.text


@few
@given(results=st.lists(st.builds(ToolResult, call_id=words, text=texts), min_size=1, max_size=3))
def test_each_tool_result_is_a_message_of_its_own(results: list[ToolResult]) -> None:
    decoded = decode_messages(encode_message(Message(role=Role.TOOL, parts=tuple(results))))
    assert [message.parts for message in decoded] == [(result,) for result in results]


_wires = garbage("role", "content", "tool_calls", "function", "name", "type", "text", "image_url", "url")
_bodies = garbage(
    *("model", "messages", "tools", "tool_choice", "response_format", "stop", "n", "max_tokens", "logprobs", "top_p")
)


@few
@given(wire=_wires, role=st.sampled_from(["user", "assistant", "tool"]))
def test_garbage_is_read_or_refused_as_misuse(wire: dict[str, object], role: str) -> None:
    try:
        decoded = decode_messages([{**wire, "role": role}])
    except Misused as refusal:
        assert refusal.facts["field"]
        return
    assert decoded[0].role == role


@few
@given(body=_bodies)
def test_a_body_of_garbage_is_read_or_refused_as_misuse(body: dict[str, object]) -> None:
    try:
        request = decode_request(body, "1")
    except Misused as refusal:
        assert refusal.facts["field"]
        return
    assert request.wanted_model == body["model"]


@pytest.mark.parametrize("content", [5, {"type": "text"}, ["text"], [None], [{"type": "audio"}]])
def test_content_of_another_kind_is_refused(content: object) -> None:
    with pytest.raises(Misused, match="content"):
        decode_messages([{"role": "user", "content": content}])

"""The OpenAI chat dialect: what is encoded and decoded again is what it was.

Honest exclusions, since the dialect cannot say them: a label; a `File` (it becomes text); the order of a thought and of
tool calls among the other parts; a message of no text at all beside calls; several results in one message (each becomes
a message); an empty thought or stop text; a tool without parameters; `context_tokens`.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values, limits, messages, texts, tools, words

from aspen.core.message import File, Message, Role, Text, ToolResult
from aspen.core.request import Limits, Request, Tool
from aspen.dialects.openai_chat import (
    decode_limits,
    decode_messages,
    decode_tools,
    encode_message,
    encode_request,
)


def _body(request: Request) -> dict[str, object]:
    """The body as the other side reads it."""
    return json.loads(json.dumps(encode_request(request, "smol")))


@given(told=st.lists(messages, max_size=4).map(tuple))
def test_messages_come_back(told: tuple[Message, ...]) -> None:
    wires = json.loads(json.dumps([wire for message in told for wire in encode_message(message)]))
    assert decode_messages(wires) == told


@given(told=st.lists(tools, min_size=1, max_size=3).map(tuple))
def test_tools_come_back(told: tuple[Tool, ...]) -> None:
    wires = json.loads(json.dumps(_body(Request(request_id="1", messages=(), tools=told))["tools"]))
    assert decode_tools(wires) == told


@given(told=limits)
def test_limits_come_back(told: Limits) -> None:
    assert decode_limits(_body(Request(request_id="1", messages=(), limits=told))) == told


@given(name=words, text=texts)
def test_a_file_comes_back_as_text_that_holds_its_name_and_words(name: str, text: str) -> None:
    (decoded,) = decode_messages(encode_message(Message(role=Role.USER, parts=(File(name=name, text=text),))))
    assert [type(part) for part in decoded.parts] == [Text]
    assert name in decoded.text
    assert text in decoded.text


@given(results=st.lists(st.builds(ToolResult, call_id=words, text=texts), min_size=1, max_size=3))
def test_each_tool_result_is_a_message_of_its_own(results: list[ToolResult]) -> None:
    decoded = decode_messages(encode_message(Message(role=Role.TOOL, parts=tuple(results))))
    assert [message.parts for message in decoded] == [(result,) for result in results]


_FIELDS = st.sampled_from(["role", "content", "tool_calls", "function", "name", "type", "text", "image_url", "url"])
_garbage = st.dictionaries(_FIELDS, json_values | st.dictionaries(_FIELDS, json_values, max_size=3), max_size=5)


@given(wire=_garbage, role=st.sampled_from(["user", "assistant", "tool"]))
def test_garbage_is_read_or_refused_with_one_of_three_errors(wire: dict[str, object], role: str) -> None:
    try:
        decoded = decode_messages([{**wire, "role": role}])
    except (ValueError, KeyError, TypeError):
        return
    assert decoded[0].role == role


@pytest.mark.parametrize("content", [5, {"type": "text"}, ["text"], [None], [{"type": "audio"}]])
def test_content_of_another_kind_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"part|content"):
        decode_messages([{"role": "user", "content": content}])

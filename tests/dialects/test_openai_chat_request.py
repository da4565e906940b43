"""Requests in OpenAI's dialect, read by example: what is not as it must be is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused
from aspen.core.message import Image, Role, Text, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema, Tool
from aspen.dialects.openai_chat_request import decode_messages, decode_request, decode_tools

HELLO: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def _refused_field(body: dict[str, Any]) -> object:
    with pytest.raises(Misused) as caught:
        decode_request({**HELLO, **body}, "1")
    assert str(caught.value.facts["field"]) in caught.value.sentence
    return caught.value.facts["field"]


def test_a_plain_request_asks_for_the_model_it_names() -> None:
    request = decode_request({**HELLO, "stream": True, "user": "u", "metadata": {}}, "7")
    assert (request.request_id, request.wanted_model, request.output) == ("7", "m", FreeText())
    assert request.messages[0].text == "Hello"


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model": 5}, "model"),
    ({"messages": []}, "messages"),
    ({"messages": "Hello"}, "messages"),
    ({"n": 2}, "n"),
    ({"logit_bias": {"1": 2}}, "logit_bias"),
    ({"temperature": "hot"}, "temperature"),
    ({"temperature": float("nan")}, "temperature"),
    ({"temperature": True}, "temperature"),
    ({"top_p": 1.5}, "top_p"),
    ({"seed": 1.5}, "seed"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"stop": 5}, "stop"),
    ({"stop": [5]}, "stop"),
    ({"tool_choice": "required"}, "tool_choice"),
    ({"top_logprobs": 3}, "top_logprobs"),
    ({"logprobs": "yes"}, "logprobs"),
    ({"response_format": {"type": "xml"}}, "response_format.type"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
    ({"messages": [{"role": "assistant", "tool_calls": [{"id": "c"}]}]}, "messages[0].tool_calls[0].function"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
    ({"tools": [{"type": "custom"}]}, "tools[0].type"),
]


@pytest.mark.parametrize(("body", "field"), _REFUSED)
def test_a_field_that_cannot_be_used_is_refused_by_its_name(body: dict[str, Any], field: str) -> None:
    assert _refused_field(body) == field


@pytest.mark.parametrize("url", ["http://127.0.0.1/x.png", "https://p.example/x.png", "file:///etc/passwd"])
def test_a_picture_behind_a_link_is_refused(url: str) -> None:
    piece = {"type": "image_url", "image_url": {"url": url}}
    with pytest.raises(Misused, match="fetch"):
        decode_messages([{"role": "user", "content": [piece]}])


def test_a_picture_in_a_link_of_its_own_bytes_is_read() -> None:
    piece = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}
    (message,) = decode_messages([{"role": "user", "content": [piece]}])
    assert message.parts == (Image(media_type="image/png", encoded=b"\x89PNG"),)


def test_a_picture_that_is_no_base64_is_refused() -> None:
    piece = {"type": "image_url", "image_url": {"url": "data:image/png;base64,!!"}}
    with pytest.raises(Misused, match="base64"):
        decode_messages([{"role": "user", "content": [piece]}])


def test_a_developers_words_are_the_systems() -> None:
    assert decode_messages([{"role": "developer", "content": "Be brief."}])[0].role is Role.SYSTEM


def test_a_tools_answer_in_parts_is_one_text() -> None:
    content = [{"type": "text", "text": "sun"}, {"type": "text", "text": "ny"}]
    (message,) = decode_messages([{"role": "tool", "tool_call_id": "c", "content": content}])
    assert message.parts == (ToolResult(call_id="c", text="sunny"),)


def test_a_tool_call_whose_arguments_are_an_object_is_written_as_json() -> None:
    call = {"id": "c", "function": {"name": "look", "arguments": {"at": "sky"}}}
    (message,) = decode_messages([{"role": "assistant", "content": None, "tool_calls": [call]}])
    assert message.parts == (ToolCall(call_id="c", name="look", arguments='{"at": "sky"}'),)


def test_a_single_stop_text_is_one_of_a_list() -> None:
    assert decode_request({**HELLO, "stop": "END"}, "1").limits.sampling.stop == ("END",)


def test_a_tool_without_parameters_takes_none() -> None:
    (tool,) = decode_tools([{"type": "function", "function": {"name": "now"}}])
    assert tool == Tool(name="now", description="", parameters={"type": "object", "properties": {}})


def test_tools_that_must_not_be_called_are_not_offered() -> None:
    tools = [{"type": "function", "function": {"name": "now"}}]
    assert decode_request({**HELLO, "tools": tools, "tool_choice": "none"}, "1").tools == ()
    assert len(decode_request({**HELLO, "tools": tools, "tool_choice": "auto"}, "1").tools) == 1


def test_any_object_at_all_is_a_schema_too() -> None:
    body = {**HELLO, "response_format": {"type": "json_object"}}
    assert decode_request(body, "1").output == JsonSchema(schema={"type": "object"})


def test_the_newer_bound_on_an_answer_stands_before_the_older() -> None:
    assert decode_request({**HELLO, "max_tokens": 5, "max_completion_tokens": 7}, "1").limits.answer_tokens == 7
    assert decode_request({**HELLO, "max_tokens": 5}, "1").limits.answer_tokens == 5


def test_a_refusal_of_an_earlier_turn_is_what_was_said() -> None:
    content = [{"type": "refusal", "refusal": "No."}]
    assert decode_messages([{"role": "assistant", "content": content}])[0].parts == (Text(text="No."),)

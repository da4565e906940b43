"""Requests in Anthropic's dialect, read by example: what is not as it must be is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused
from aspen.core.message import File, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import Tool
from aspen.dialects.anthropic_messages_request import decode_request

HELLO: dict[str, Any] = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hello"}]}


def _messages(*turns: dict[str, Any]) -> tuple[Message, ...]:
    return decode_request({**HELLO, "messages": list(turns)}, "1").messages


def test_a_plain_request_asks_for_the_model_it_names() -> None:
    request = decode_request({**HELLO, "stream": True, "metadata": {"user_id": "u"}, "system": "Be brief."}, "7")
    assert (request.request_id, request.wanted_model, request.limits.answer_tokens) == ("7", "m", 5)
    assert [(message.role, message.text) for message in request.messages] == [
        (Role.SYSTEM, "Be brief."),
        (Role.USER, "Hello"),
    ]


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model"),
    ({"max_tokens": None}, "max_tokens"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"messages": []}, "messages"),
    ({"mcp_servers": []}, "mcp_servers"),
    ({"temperature": 1.5}, "temperature"),
    ({"top_k": 1.5}, "top_k"),
    ({"stop_sequences": {"a": 1}}, "stop_sequences"),
    ({"system": 5}, "system"),
    ({"system": [{"type": "text"}]}, "system[0].text"),
    ({"tool_choice": {"type": "any"}}, "tool_choice.type"),
    ({"tools": [{"name": "web_search", "type": "web_search_20250305"}]}, "tools[0].type"),
    ({"tools": [{"name": "x"}]}, "tools[0].input_schema"),
    ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": [{"type": "thinking"}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "assistant", "content": [{"type": "image"}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages[0].content[0].source"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "http://x"}}]}]},
        "messages[0].content[0].source.type",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": [{}]}]}]},
        "messages[0].content[0].content[0].type",
    ),
]


@pytest.mark.parametrize(("body", "field"), _REFUSED, ids=[field for _, field in _REFUSED])
def test_a_field_that_cannot_be_used_is_refused_by_its_name(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Misused) as caught:
        decode_request({**HELLO, **body}, "1")
    assert caught.value.facts["field"] == field
    assert field in caught.value.sentence


def test_results_in_a_turn_are_a_message_of_the_tools() -> None:
    results = [
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "sunny"}]},
        {"type": "tool_result", "tool_use_id": "b", "is_error": True},
    ]
    assert _messages({"role": "user", "content": [*results, {"type": "text", "text": "And?"}]}) == (
        Message(role=Role.TOOL, parts=(ToolResult(call_id="a", text="sunny"), ToolResult(call_id="b", text=""))),
        Message.of_text(Role.USER, "And?"),
    )


def test_thoughts_keep_their_signatures_and_say_whose_they_are() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "aGk"},
        {"type": "tool_use", "id": "c", "name": "look", "input": {"at": "sky"}},
    ]
    (message,) = _messages({"role": "assistant", "content": blocks})
    assert message.parts == (
        Thinking(text="Hm.", signature="c2ln", dialect="anthropic_messages"),
        Thinking(text="", signature="redacted_thinking:aGk", dialect="anthropic_messages"),
        ToolCall(call_id="c", name="look", arguments='{"at": "sky"}'),
    )


def test_arguments_that_were_no_json_come_back_as_they_were_written() -> None:
    use = {"type": "tool_use", "id": "c", "name": "look", "input": {"INVALID_JSON": '{"at": '}}
    (message,) = _messages({"role": "assistant", "content": [use]})
    assert message.parts == (ToolCall(call_id="c", name="look", arguments='{"at": '),)


def test_a_document_of_plain_text_is_a_file() -> None:
    source = {"type": "text", "media_type": "text/plain", "data": "Milk."}
    (message,) = _messages({"role": "user", "content": [{"type": "document", "title": "notes.txt", "source": source}]})
    assert message.parts == (File(name="notes.txt", text="Milk."),)


def test_a_system_message_in_between_keeps_its_place() -> None:
    told = _messages({"role": "user", "content": "One"}, {"role": "system", "content": "In rhyme."})
    assert told[1] == Message(role=Role.SYSTEM, parts=(Text(text="In rhyme."),))


def test_tools_that_must_not_be_called_are_not_offered() -> None:
    tools = [{"name": "now", "input_schema": {"type": "object"}}]
    assert decode_request({**HELLO, "tools": tools}, "1").tools == (
        Tool(name="now", description="", parameters={"type": "object"}),
    )
    assert decode_request({**HELLO, "tools": tools, "tool_choice": {"type": "none"}}, "1").tools == ()

"""Requests in the Responses dialect that others send us: what is read, and what is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused
from aspen.core.message import Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import FreeText, JsonSchema
from aspen.dialects.openai_responses_request import decode_request


def _body(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "input": "Hi", **fields}


def test_a_text_alone_is_a_question_and_instructions_stand_before_it() -> None:
    request = decode_request(_body(instructions="Be brief."), "1")
    assert request.messages == (Message.of_text(Role.SYSTEM, "Be brief."), Message.of_text(Role.USER, "Hi"))


def test_what_a_client_gets_it_can_send_back() -> None:
    """Items as a response holds them, with their ids and states."""
    summary = [{"type": "summary_text", "text": "One."}, {"type": "summary_text", "text": "Two."}]
    said: dict[str, Any] = {"type": "output_text", "text": "Looking.", "annotations": []}
    output = [{"type": "input_text", "text": "sky"}, {"type": "input_text", "text": "."}]
    items: list[dict[str, Any]] = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "Where?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "gAAA"},
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [said]},
        {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "look", "arguments": "{}"},
        {"type": "function_call", "id": "fc_2", "call_id": "b", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": output},
        {"type": "function_call_output", "call_id": "b", "output": "sea"},
    ]
    _, _, answer, results = decode_request(_body(input=items), "1").messages
    assert answer.parts == (
        Thinking(text="One.\n\nTwo.", signature="gAAA", dialect="openai_responses"),
        Text(text="Looking."),
        ToolCall(call_id="a", name="look", arguments="{}"),
        ToolCall(call_id="b", name="look", arguments="{}"),
    )
    assert results.parts == (ToolResult(call_id="a", text="sky."), ToolResult(call_id="b", text="sea"))


@pytest.mark.parametrize(
    ("config", "output"),
    [
        ({"verbosity": "low"}, FreeText()),
        ({"format": {"type": "text"}}, FreeText()),
        ({"format": {"type": "json_object"}}, JsonSchema(schema={"type": "object"})),
        (
            {"format": {"type": "json_schema", "name": "a", "schema": {"type": "array"}}},
            JsonSchema(schema={"type": "array"}),
        ),
    ],
)
def test_every_format_of_an_answer_is_known(config: dict[str, Any], output: object) -> None:
    assert decode_request(_body(text=config), "1").output == output


_PICTURE = {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.org/a.png"}]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"input": [{"type": "item_reference", "id": "rs_1"}]}, "input[0].type"),
        ({"input": [_PICTURE]}, "input[0].content[0].image_url"),
        ({"input": [{"role": "tool", "content": "Hi"}]}, "input[0].role"),
        ({"input": []}, "input"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"text": {"format": {"type": "grammar"}}}, "text.format.type"),
        ({"include": ["web_search_call.results"]}, "include"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"seed": 1}, "seed"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_name(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Misused) as caught:
        decode_request(_body(**fields), "1")
    assert caught.value.facts["field"] == field


def test_hints_to_the_providers_machinery_are_read_over() -> None:
    hints = {"store": True, "stream": True, "reasoning": {"effort": "low"}, "background": False, "truncation": "auto"}
    assert decode_request(_body(**hints), "1") == decode_request(_body(), "1")

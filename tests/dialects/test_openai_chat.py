"""Requests as llama-server wants them, by example; that they come back is a law."""

from __future__ import annotations

import pytest

from aspen.core.message import Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import AdapterScale, JsonSchema, Limits, Request, Sampling, Tool
from aspen.dialects.openai_chat import decode_limits, decode_messages, decode_tools, encode_message, encode_request

ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),))


def test_a_plain_question_streams_with_usage_and_progress_and_nothing_more() -> None:
    assert encode_request(ASKED, "smol") == {
        "model": "smol",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
        "cache_prompt": True,
    }


def test_only_what_was_set_is_sent() -> None:
    limits = Limits(answer_tokens=5, sampling=Sampling(temperature=0.0, stop=("END",)))
    body = encode_request(Request(request_id="1", messages=(), limits=limits), "smol")
    assert {name: body[name] for name in ("max_tokens", "temperature", "stop")} == {
        "max_tokens": 5,
        "temperature": 0.0,
        "stop": ["END"],
    }
    assert "top_k" not in body


def test_an_empty_stop_text_is_left_out_because_it_would_stop_at_once() -> None:
    limits = Limits(sampling=Sampling(stop=("", "END", "")))
    assert encode_request(Request(request_id="1", messages=(), limits=limits), "smol")["stop"] == ["END"]
    limits = Limits(sampling=Sampling(stop=("",)))
    assert "stop" not in encode_request(Request(request_id="1", messages=(), limits=limits), "smol")


def test_a_schema_an_adapter_and_logprobs_have_their_fields() -> None:
    body = encode_request(
        Request(
            request_id="1",
            messages=(),
            output=JsonSchema(schema={"type": "boolean"}),
            adapters=(AdapterScale(index=1, scale=0.5),),
            top_logprobs=3,
        ),
        "smol",
    )
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": {"type": "boolean"}},
    }
    assert body["lora"] == [{"id": 1, "scale": 0.5}]
    assert (body["logprobs"], body["top_logprobs"]) == (True, 3)


def test_a_tool_is_a_function_with_its_schema() -> None:
    tool = Tool(name="look", description="Look.", parameters={"type": "object"})
    body = encode_request(Request(request_id="1", messages=(), tools=(tool,)), "smol")
    assert body["tools"] == [
        {
            "type": "function",
            "function": {"name": "look", "description": "Look.", "parameters": {"type": "object"}},
        }
    ]


def test_an_assistants_turn_keeps_thought_words_and_calls_apart() -> None:
    parts = (Thinking(text="Hm."), Text(text="Looking."), ToolCall(call_id="c", name="look", arguments="{}"))
    assert encode_message(Message(role=Role.ASSISTANT, parts=parts)) == [
        {
            "role": "assistant",
            "content": "Looking.",
            "reasoning_content": "Hm.",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        }
    ]


def test_a_turn_of_calls_alone_has_no_content() -> None:
    parts = (ToolCall(call_id="c", name="look", arguments="{}"),)
    assert encode_message(Message(role=Role.ASSISTANT, parts=parts))[0]["content"] is None


def test_a_picture_goes_along_as_its_bytes_and_never_as_a_link() -> None:
    parts = (Text(text="What is this?"), Image(media_type="image/png", encoded=b"\x89PNG"))
    content = encode_message(Message(role=Role.USER, parts=parts))[0]["content"]
    assert content == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]


@pytest.mark.parametrize("url", ["http://127.0.0.1/x.png", "https://p.example/x.png", "file:///etc/passwd"])
def test_a_picture_behind_a_link_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="data: link"):
        decode_messages([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}])


def test_a_role_that_the_dialect_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="robot"):
        decode_messages([{"role": "robot", "content": "Hello"}])


def test_a_tools_answer_in_parts_is_one_text() -> None:
    content = [{"type": "text", "text": "sun"}, {"type": "text", "text": "ny"}]
    (message,) = decode_messages([{"role": "tool", "tool_call_id": "c", "content": content}])
    assert message.parts == (ToolResult(call_id="c", text="sunny"),)


def test_a_tool_call_whose_arguments_are_an_object_is_written_as_json() -> None:
    call = {"id": "c", "function": {"name": "look", "arguments": {"at": "sky"}}}
    (message,) = decode_messages([{"role": "assistant", "content": None, "tool_calls": [call]}])
    assert message.parts == (ToolCall(call_id="c", name="look", arguments='{"at": "sky"}'),)


def test_a_single_stop_text_is_one_of_a_list() -> None:
    assert decode_limits({"stop": "END"}).sampling.stop == ("END",)
    assert decode_limits({}) == Limits()


def test_a_tool_without_parameters_takes_none() -> None:
    (tool,) = decode_tools([{"type": "function", "function": {"name": "now"}}])
    assert tool == Tool(name="now", description="", parameters={"type": "object", "properties": {}})

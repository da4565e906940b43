"""Requests as llama-server and the clouds want them, by example; that they come back is a law."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from aspen.core.errors import ModelCannot
from aspen.core.message import Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import AdapterScale, JsonSchema, Limits, Request, Sampling, Tool
from aspen.dialects.openai_chat import encode_message, encode_request
from aspen.dialects.openai_flavours import COMPATIBLE, LLAMA_SERVER, MISTRAL, OPENAI

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


def test_a_cloud_is_sent_no_field_of_llama_servers() -> None:
    for flavour in (OPENAI, COMPATIBLE):
        assert encode_request(ASKED, "m", flavour) == {
            "model": "m",
            "messages": [{"role": "user", "content": "Hello"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }


def test_mistral_is_sent_its_own_names_and_nothing_that_it_refuses() -> None:
    limits = Limits(answer_tokens=5, sampling=Sampling(seed=7, repeat_penalty=1.1, top_k=3))
    body = encode_request(replace(ASKED, limits=limits), "m", MISTRAL)
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "max_tokens": 5,
        "random_seed": 7,
        "repetition_penalty": 1.1,
        "top_k": 3,
    }


def test_openai_is_told_the_length_of_an_answer_in_its_present_field() -> None:
    body = encode_request(replace(ASKED, limits=Limits(answer_tokens=5)), "m", OPENAI)
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body


@pytest.mark.parametrize("name", ["top_k", "min_p", "repeat_penalty", "repeat_last_n"])
def test_sampling_that_openai_lacks_is_refused_by_name(name: str) -> None:
    limits = Limits(sampling=replace(Sampling(), **{name: 1}))
    with pytest.raises(ModelCannot) as caught:
        encode_request(replace(ASKED, limits=limits), "m", OPENAI)
    assert caught.value.facts["parameter"] == name
    assert name in caught.value.sentence


@pytest.mark.parametrize(
    ("request_", "parameter"),
    [
        (replace(ASKED, limits=Limits(sampling=Sampling(temperature=2.5))), "temperature"),
        (replace(ASKED, limits=Limits(sampling=Sampling(stop=("a", "b", "c", "d", "e")))), "stop"),
        (replace(ASKED, adapters=(AdapterScale(index=0, scale=1.0),)), "adapters"),
        (replace(ASKED, top_logprobs=21), "top_logprobs"),
    ],
)
def test_what_is_out_of_openais_bounds_is_refused_by_name(request_: Request, parameter: str) -> None:
    with pytest.raises(ModelCannot) as caught:
        encode_request(request_, "m", OPENAI)
    assert caught.value.facts["parameter"] == parameter


@pytest.mark.parametrize(
    ("role", "media_type"), [(Role.USER, "image/tiff"), (Role.ASSISTANT, "image/png"), (Role.SYSTEM, "image/png")]
)
def test_a_picture_that_a_cloud_would_refuse_is_refused_here(role: Role, media_type: str) -> None:
    message = Message(role=role, parts=(Image(media_type=media_type, encoded=b"x"),))
    with pytest.raises(ModelCannot, match="picture"):
        encode_request(Request(request_id="1", messages=(message,)), "m", OPENAI)


def test_thoughts_go_back_to_none_but_those_who_thought_them() -> None:
    own, foreign = Thinking(text="Own."), Thinking(text="Foreign.", signature="x", dialect="anthropic_messages")
    message = Message(role=Role.ASSISTANT, parts=(own, foreign, Text(text="So.")))
    assert encode_message(message, LLAMA_SERVER)[0]["reasoning_content"] == "Own."
    assert encode_message(message, OPENAI) == [{"role": "assistant", "content": "So."}]


def test_results_come_before_what_is_said_beside_them() -> None:
    message = Message(role=Role.TOOL, parts=(Text(text="And?"), ToolResult(call_id="c", text="sunny")))
    assert encode_message(message) == [
        {"role": "tool", "tool_call_id": "c", "content": "sunny"},
        {"role": "user", "content": "And?"},
    ]


def test_call_and_result_keep_one_id_where_mistral_wants_nine_letters() -> None:
    call = ToolCall(call_id="toolu_01abc", name="look", arguments="{}")
    (spoken,) = encode_message(Message(role=Role.ASSISTANT, parts=(call,)), MISTRAL)
    (told,) = encode_message(Message(role=Role.TOOL, parts=(ToolResult(call_id="toolu_01abc", text="sunny"),)), MISTRAL)
    (wire,) = cast("list[dict[str, str]]", spoken["tool_calls"])
    assert wire["id"] == told["tool_call_id"]
    assert len(wire["id"]) == 9

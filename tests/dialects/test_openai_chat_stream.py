"""Chunks as llama-server sends them become events; what they say in the end is kept."""

from __future__ import annotations

import json

import pytest

from aspen.core.answer import (
    Event,
    FinishReason,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    TokenLogprob,
    ToolCallDelta,
    Usage,
)
from aspen.dialects.openai_chat_stream import ChatStream, StreamError


def _decode(*chunks: object) -> list[Event]:
    stream = ChatStream()
    return [event for chunk in chunks for event in stream.decode(json.dumps(chunk).encode())]


def _choice(delta: object, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None, **more}]}


def test_the_opening_chunk_says_nothing() -> None:
    assert _decode(_choice({"role": "assistant", "content": None})) == []


def test_words_and_thoughts_are_told_apart() -> None:
    assert _decode(_choice({"reasoning_content": "Hm."}), _choice({"content": "Yes."})) == [
        ThinkingDelta(text="Hm."),
        TextDelta(text="Yes."),
    ]


def test_a_tool_call_comes_in_fragments() -> None:
    first = {"index": 0, "id": "c", "type": "function", "function": {"name": "look", "arguments": "{"}}
    more = {"index": 0, "function": {"arguments": "}"}}
    assert _decode(_choice({"tool_calls": [first]}), _choice({"tool_calls": [more]})) == [
        ToolCallDelta(index=0, arguments="{", call_id="c", name="look"),
        ToolCallDelta(index=0, arguments="}"),
    ]


def test_the_reading_of_a_prompt_is_progress_in_tokens() -> None:
    chunk = {**_choice({"role": "assistant", "content": None}), "prompt_progress": {"total": 34, "processed": 12}}
    assert _decode(chunk) == [Progress(stage=Stage.PROMPT, done=12, total=34)]


def test_logprobs_come_with_the_words_they_belong_to() -> None:
    token = {"token": "I", "logprob": -0.5, "top_logprobs": [{"token": "I", "logprob": -0.5}]}
    assert _decode(_choice({"content": "I"}, logprobs={"content": [token]})) == [
        TextDelta(text="I", logprobs=(TokenLogprob(token="I", logprob=-0.5, alternatives=(("I", -0.5),)),))
    ]


@pytest.mark.parametrize("reason", FinishReason)
def test_the_reason_of_the_end_is_kept(reason: FinishReason) -> None:
    stream = ChatStream()
    assert list(stream.decode(json.dumps(_choice({}, finish_reason=reason.value)).encode())) == []
    assert stream.finish_reason is reason


def test_usage_and_timings_are_kept_from_the_last_chunk() -> None:
    stream = ChatStream()
    told: dict[str, object] = {
        "choices": [],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
        "timings": {"prompt_ms": 12.5, "predicted_per_second": 80.0},
    }
    assert list(stream.decode(json.dumps(told).encode())) == []
    assert stream.usage == Usage(prompt_tokens=9, completion_tokens=2, cached_tokens=4)
    assert (stream.timings.prompt_ms, stream.timings.tokens_per_second) == (12.5, 80.0)


def test_an_error_in_the_stream_is_raised_with_its_body() -> None:
    with pytest.raises(StreamError) as caught:
        _decode({"error": {"code": 500, "type": "server_error", "message": "full"}})
    assert caught.value.body["type"] == "server_error"


def test_a_chunk_that_is_not_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        list(ChatStream().decode(b"nonsense"))

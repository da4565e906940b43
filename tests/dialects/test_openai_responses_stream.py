"""Streams of OpenAI's Responses: how answers end, break off and fail, and what is read though no delta told it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, TokenLogprob, ToolCallDelta
from aspen.core.errors import AspenError, PromptTooLong, ProviderFailed, ProviderRefused, RateLimited
from aspen.dialects.openai_responses_stream import ResponsesAnswer
from aspen.dialects.sse import DONE, encode_event


def _read(answer: ResponsesAnswer, *events: dict[str, Any]) -> list[Event]:
    return list(answer.feed(b"".join(encode_event(json.dumps(event).encode()) for event in events)))


def _said(text: object, kind: str = "output_text", **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}.delta", "output_index": 0, "content_index": 0, "delta": text, **more}


def _end(status: str = "completed", **response: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": response}


def _item(step: str, index: int, **item: Any) -> dict[str, Any]:
    return {"type": f"response.output_item.{step}", "output_index": index, "item": item}


_CALL = {"type": "function_call", "call_id": "a", "name": "look", "arguments": ""}


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([_said("Hi"), _end()], FinishReason.STOP),
        ([_item("added", 0, **_CALL), _end()], FinishReason.TOOL_CALLS),
        ([_said("No.", "refusal"), _end()], FinishReason.REFUSED),
        ([_end("incomplete", incomplete_details={"reason": "max_output_tokens"})], FinishReason.LENGTH),
        ([_end("incomplete", incomplete_details={"reason": "content_filter"})], FinishReason.REFUSED),
        ([_end("incomplete", incomplete_details={"reason": "not known yet"})], FinishReason.LENGTH),
        ([_end("incomplete", incomplete_details=None)], FinishReason.LENGTH),
    ],
)
def test_how_an_answer_ended_is_told(events: list[dict[str, Any]], reason: FinishReason) -> None:
    answer = ResponsesAnswer()
    _read(answer, *events)
    answer.finish()
    assert answer.finish_reason is reason


def test_parallel_calls_may_come_mixed() -> None:
    kind = "response.function_call_arguments.delta"
    told = _read(
        ResponsesAnswer(),
        _item("added", 2, **_CALL),
        _item("added", 3, **{**_CALL, "call_id": "b"}),
        {"type": kind, "output_index": 3, "delta": "{"},
        {"type": kind, "output_index": 2, "delta": "{}"},
        {"type": kind, "output_index": 3, "delta": "}"},
        _item("done", 3, **{**_CALL, "call_id": "b", "arguments": "{}"}),
        _item("done", 2, **{**_CALL, "arguments": "{}"}),
    )
    assert told == [
        ToolCallDelta(index=0, arguments="", call_id="a", name="look"),
        ToolCallDelta(index=1, arguments="", call_id="b", name="look"),
        ToolCallDelta(index=1, arguments="{"),
        ToolCallDelta(index=0, arguments="{}"),
        ToolCallDelta(index=1, arguments="}"),
    ]


def test_only_the_finished_thoughts_signature_counts() -> None:
    """What stands there when a thought begins may be cut short."""
    kind = "response.reasoning_summary_text.delta"
    told = _read(
        ResponsesAnswer(),
        _item("added", 0, type="reasoning", summary=[], encrypted_content="gA"),
        {"type": kind, "output_index": 0, "summary_index": 0, "delta": "One."},
        {"type": kind, "output_index": 0, "summary_index": 1, "delta": "Two."},
        _item("done", 0, type="reasoning", summary=[{"text": "One."}, {"text": "Two."}], encrypted_content="gAAA"),
    )
    assert told == [
        ThinkingDelta(text="One."),
        ThinkingDelta(text="\n\nTwo."),
        ThinkingDelta(text="", signature="gAAA"),
    ]


def test_the_raw_thoughts_of_open_models_are_read_too() -> None:
    assert _read(ResponsesAnswer(), _said("Hm.", "reasoning_text")) == [ThinkingDelta(text="Hm.")]


def test_log_probabilities_are_read() -> None:
    other = {"token": "Ho", "logprob": -1.0}
    logprobs = [{"token": "Hi", "logprob": -0.5, "top_logprobs": [other]}]
    expected = (TokenLogprob(token="Hi", logprob=-0.5, alternatives=(("Ho", -1.0),)),)
    assert _read(ResponsesAnswer(), _said("Hi", logprobs=logprobs)) == [TextDelta(text="Hi", logprobs=expected)]


@pytest.mark.parametrize(
    ("event", "expected", "code"),
    [
        (_end("failed", error={"code": "server_error", "message": "No."}), ProviderFailed, "server_error"),
        (_end("failed", error={"code": "rate_limit_exceeded"}), RateLimited, "rate_limit_exceeded"),
        (_end("failed", error={"code": "invalid_image"}), ProviderRefused, "invalid_image"),
        (_end("failed", error={"code": "bio_policy"}), ProviderRefused, "bio_policy"),
        (_end("failed", error=None), ProviderFailed, None),
        (
            {"type": "error", "code": "context_length_exceeded", "message": "No."},
            PromptTooLong,
            "context_length_exceeded",
        ),
        ({"type": "error", "code": None, "message": "No."}, ProviderFailed, None),
        ({"type": "error", "error": {"type": "invalid_request_error"}}, ProviderRefused, "invalid_request_error"),
        ({"error": {"code": "rate_limit_exceeded"}}, RateLimited, "rate_limit_exceeded"),
    ],
)
def test_an_error_in_the_stream_is_named_by_its_code(
    event: dict[str, Any], expected: type[AspenError], code: str | None
) -> None:
    with pytest.raises(AspenError) as caught:
        _read(ResponsesAnswer(), _said("Half "), event)
    assert type(caught.value) is expected
    assert caught.value.facts.get("provider_code") == code


def test_a_stream_that_ends_before_its_response_does_is_a_failure() -> None:
    answer = ResponsesAnswer()
    assert _read(answer, _said("Half ")) == [TextDelta(text="Half ")]
    with pytest.raises(ProviderFailed):
        answer.finish()


@pytest.mark.parametrize(
    "event", [_said(7), _said([]), _end(output=7), _end(usage={"input_tokens": "7"}), _end(usage={"output_tokens": -7})]
)
def test_what_cannot_be_read_is_a_failure_of_the_provider(event: dict[str, Any]) -> None:
    with pytest.raises(ProviderFailed):
        _read(ResponsesAnswer(), event)


def test_a_mark_of_the_end_as_older_servers_send_it_is_passed_over() -> None:
    answer = ResponsesAnswer()
    assert _read(answer, _said("Hi"), _end()) == [TextDelta(text="Hi")]
    assert list(answer.feed(encode_event(DONE))) == []
    answer.finish()

"""The Gemini dialect's stream: words, thoughts, calls, counts and every way to end."""

from __future__ import annotations

import json

import pytest

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import AspenError, ProviderFailed, RateLimited
from aspen.dialects.gemini_generate import GeminiGenerate
from aspen.dialects.gemini_generate_stream import GeminiStream


def _wire(*responses: object) -> bytes:
    return b"".join(b"data: " + json.dumps(response).encode() + b"\r\n\r\n" for response in responses)


def _said(*parts: dict[str, object], end: str | None = None) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"parts": list(parts), "role": "model"}}
    return {"candidates": [candidate | ({} if end is None else {"finishReason": end})]}


def _read(wire: bytes) -> tuple[GeminiStream, list[Event]]:
    stream = GeminiGenerate().stream()
    events = list(stream.feed(wire))
    stream.finish()
    return stream, events


def test_words_come_in_pieces_and_the_last_counts_stand() -> None:
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 1}
    last = {
        "promptTokenCount": 9,
        "candidatesTokenCount": 4,
        "thoughtsTokenCount": 20,
        "cachedContentTokenCount": 5,
        "toolUsePromptTokenCount": 2,
    }
    stream, events = _read(
        _wire(
            _said({"text": "Hel"}) | {"usageMetadata": usage},
            _said({"text": "lo"}, end="STOP") | {"usageMetadata": last},
        )
    )
    assert events == [TextDelta(text="Hel"), TextDelta(text="lo")]
    assert stream.finish_reason is FinishReason.STOP
    assert stream.usage == Usage(prompt_tokens=11, completion_tokens=24, cached_tokens=5)


def test_thoughts_and_signatures_are_kept() -> None:
    _, events = _read(
        _wire(
            _said({"text": "Hm.", "thought": True}),
            _said({"text": "Hello"}),
            _said({"text": "", "thoughtSignature": "c2ln"}, end="STOP"),
        )
    )
    assert events == [
        ThinkingDelta(text="Hm."),
        TextDelta(text="Hello"),
        ThinkingDelta(text="", signature="c2ln"),
    ]


def test_parallel_calls_are_counted_and_end_as_tool_calls() -> None:
    stream, events = _read(
        _wire(
            _said({"functionCall": {"name": "f", "args": {"city": "Genève"}, "id": "x"}, "thoughtSignature": "c2ln"}),
            _said({"functionCall": {"name": "g"}}, end="STOP"),
        )
    )
    assert events == [
        ToolCallDelta(index=0, arguments='{"city": "Genève"}', call_id="x", name="f", signature="c2ln"),
        ToolCallDelta(index=1, arguments="{}", call_id="call_1", name="g"),
    ]
    assert stream.finish_reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("STOP", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("CONTINUATION", FinishReason.LENGTH),
        ("SAFETY", FinishReason.REFUSED),
        ("RECITATION", FinishReason.REFUSED),
        ("PROHIBITED_CONTENT", FinishReason.REFUSED),
        ("SPII", FinishReason.REFUSED),
        ("OTHER", FinishReason.REFUSED),
        ("SOMETHING_NEW", FinishReason.REFUSED),
    ],
)
def test_every_end_has_its_reason(end: str, reason: FinishReason) -> None:
    stream, _ = _read(_wire({"candidates": [{"finishReason": end, "index": 0}]}))
    assert stream.finish_reason is reason


def test_a_blocked_prompt_is_refused() -> None:
    stream, events = _read(_wire({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))
    assert (stream.finish_reason, events) == (FinishReason.REFUSED, [])


@pytest.mark.parametrize("end", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"])
def test_a_model_that_went_wrong_has_failed(end: str) -> None:
    with pytest.raises(ProviderFailed) as caught:
        _read(_wire(_said(end=end)))
    assert caught.value.facts["provider_code"] == end


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        _wire(_said({"text": "Hel"})),
        _wire(_said(end="FINISH_REASON_UNSPECIFIED")),
        _wire(_said({"text": "x"}, end="STOP"))[:-10],
    ],
)
def test_a_stream_without_its_end_broke_off(wire: bytes) -> None:
    with pytest.raises(ProviderFailed):
        _read(wire)


@pytest.mark.parametrize("payload", [b"nonsense", b"[]", b"5", b"\xff", b"[" * 100_000])
def test_garbage_is_a_provider_that_failed(payload: bytes) -> None:
    with pytest.raises(ProviderFailed):
        _read(b"data: " + payload + b"\n\n")


def test_an_error_in_the_stream_is_named_by_its_status() -> None:
    with pytest.raises(RateLimited):
        _read(_wire(_said({"text": "x"}), {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Slow."}}))


@pytest.mark.parametrize(
    "response",
    [
        {"candidates": {}},
        {"candidates": [5, None, {"content": 5}, {"content": {"parts": 5}}]},
        {"candidates": [{"content": {"parts": [5, {"more": 5}, {"text": 5}, {"functionCall": 5}]}}]},
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": 5, "args": [1], "id": 5}}]}}]},
        {"usageMetadata": {"promptTokenCount": "many", "candidatesTokenCount": -1}, "promptFeedback": 5},
        {"candidates": [{"index": 1, "content": {"parts": [{"text": "the second answer"}]}, "finishReason": "SAFETY"}]},
    ],
)
def test_fields_of_another_kind_are_passed_over(response: object) -> None:
    stream = GeminiGenerate().stream()
    events = [event for event in stream.feed(_wire(response)) if not isinstance(event, ToolCallDelta)]
    assert events == []
    assert stream.finish_reason is None


def test_an_error_without_an_object_is_still_an_error() -> None:
    with pytest.raises(AspenError):
        _read(_wire({"error": "broken"}))

"""Streams of Anthropic's at their edges: errors, early ends, and what is not known yet."""

from __future__ import annotations

import json

import pytest

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import AspenError, ProviderFailed, ProviderRefused, RateLimited
from aspen.dialects.anthropic_messages_stream import MessagesAnswer
from aspen.dialects.sse import encode_event


def _wire(*payloads: dict[str, object]) -> bytes:
    return b"".join(encode_event(json.dumps(payload).encode(), str(payload["type"])) for payload in payloads)


def _read(*payloads: dict[str, object]) -> list[Event]:
    return list(MessagesAnswer().feed(_wire(*payloads)))


def _start(block: dict[str, object]) -> dict[str, object]:
    return {"type": "content_block_start", "index": 0, "content_block": block}


def _delta(delta: dict[str, object]) -> dict[str, object]:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


STOP: dict[str, object] = {"type": "content_block_stop", "index": 0}


def test_a_thought_ends_with_its_signature() -> None:
    assert _read(
        _start({"type": "thinking", "thinking": "", "signature": ""}),
        _delta({"type": "thinking_delta", "thinking": "Hm."}),
        _delta({"type": "signature_delta", "signature": "c2ln"}),
        STOP,
    ) == [ThinkingDelta(text="Hm."), ThinkingDelta(text="", signature="c2ln")]


def test_a_hidden_thought_and_one_that_keeps_its_words_are_told_apart() -> None:
    hidden = _read(_start({"type": "redacted_thinking", "data": "aGk"}), STOP)
    wordless = _read(
        _start({"type": "thinking", "thinking": ""}), _delta({"type": "signature_delta", "signature": "aGk"}), STOP
    )
    assert hidden == [ThinkingDelta(text="", signature="redacted_thinking:aGk")]
    assert wordless == [ThinkingDelta(text="", signature="aGk")]


def test_a_call_without_arguments_is_an_empty_object() -> None:
    assert _read(_start({"type": "tool_use", "id": "c", "name": "now", "input": {}}), STOP) == [
        ToolCallDelta(index=0, arguments="", call_id="c", name="now"),
        ToolCallDelta(index=0, arguments="{}"),
    ]


def test_arguments_that_come_at_once_are_taken_as_they_come() -> None:
    (event,) = _read(_start({"type": "tool_use", "id": "c", "name": "look", "input": {"at": "sky"}}), STOP)
    assert event == ToolCallDelta(index=0, arguments='{"at": "sky"}', call_id="c", name="look")


def test_what_is_not_known_yet_is_passed_over() -> None:
    assert (
        _read(
            {"type": "ping"},
            {"type": "weather"},
            _start({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}),
            _delta({"type": "citations_delta", "citation": {}}),
            STOP,
        )
        == []
    )


def test_counts_that_come_later_replace_the_earlier_ones() -> None:
    answer = MessagesAnswer()
    first = {"input_tokens": 3, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 20, "output_tokens": 1}
    assert list(answer.feed(_wire({"type": "message_start", "message": {"usage": first}}))) == []
    end: dict[str, object] = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 9},
    }
    assert list(answer.feed(_wire(end))) == []
    answer.finish()
    assert answer.usage == Usage(prompt_tokens=33, completion_tokens=9, cached_tokens=20, cache_written_tokens=10)


def test_a_reason_that_is_not_known_yet_is_an_ordinary_end() -> None:
    answer = MessagesAnswer()
    list(answer.feed(_wire({"type": "message_delta", "delta": {"stop_reason": "bored"}, "usage": {}})))
    assert answer.finish_reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", ProviderFailed),
        ("rate_limit_error", RateLimited),
        ("permission_error", ProviderRefused),
        ("unheard_of", ProviderFailed),
    ],
)
def test_an_error_in_the_stream_is_raised_as_what_it_stands_for(kind: str, expected: type[AspenError]) -> None:
    with pytest.raises(expected) as caught:
        _read({"type": "error", "error": {"type": kind, "message": "Oh."}})
    assert "Oh." in caught.value.hint


def test_an_answer_that_breaks_off_is_a_failure() -> None:
    answer = MessagesAnswer()
    wire = _wire(_start({"type": "text", "text": ""}), _delta({"type": "text_delta", "text": "Hel"}))
    assert list(answer.feed(wire)) == [TextDelta(text="Hel")]
    with pytest.raises(ProviderFailed) as caught:
        answer.finish()
    assert caught.value.retryable


@pytest.mark.parametrize(
    "payload",
    [
        _start({"type": "text", "text": 5}),
        _start({"type": "thinking", "thinking": [5]}),
        _start({"type": "thinking", "signature": 5}),
        _start({"type": "redacted_thinking", "data": 5}),
        _start({"type": "tool_use", "id": 5, "name": "look"}),
        _start({"type": "tool_use", "id": "c", "name": None}),
        _delta({"type": "text_delta", "text": ["Hel"]}),
        _delta({"type": "thinking_delta", "thinking": 5}),
        _delta({"type": "input_json_delta", "partial_json": {"a": 1}}),
        _delta({"type": "signature_delta", "signature": 5}),
    ],
)
def test_words_that_are_no_text_are_a_failure_of_the_providers(payload: dict[str, object]) -> None:
    with pytest.raises(ProviderFailed):
        _read(payload)


@pytest.mark.parametrize(
    "payload", [b"nonsense", b"[]", b"{}", b"5", b'{"type": "message_start"}', b'{"type": []}', b"\xff", b"[" * 100_000]
)
def test_nonsense_is_a_failure_of_the_providers(payload: bytes) -> None:
    with pytest.raises(ProviderFailed):
        list(MessagesAnswer().feed(encode_event(payload)))

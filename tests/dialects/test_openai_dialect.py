"""Chat completions from a cloud: what its flavours stream, how answers break off, and the table of all dialects."""

from __future__ import annotations

import json

import pytest

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import AspenError, ModelCannot, ProviderFailed, RateLimited
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Zone
from aspen.core.request import Limits, Request
from aspen.dialects.openai_dialect import ChatAnswer
from aspen.dialects.sse import DONE, encode_event
from aspen.dialects.table import DIALECTS


def _chunk(delta: dict[str, object], reason: str | None = None) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def _read(answer: ChatAnswer, *chunks: dict[str, object]) -> list[Event]:
    wire = b"".join(encode_event(json.dumps(chunk).encode()) for chunk in chunks)
    return list(answer.feed(wire + encode_event(DONE)))


def test_thoughts_and_words_in_parts_are_read_as_mistral_sends_them() -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    content = [thought, {"type": "text", "text": "So."}, {"type": "reference", "reference_ids": [1]}]
    assert _read(ChatAnswer(), _chunk({"content": content})) == [ThinkingDelta(text="Hm."), TextDelta(text="So.")]


def test_thoughts_are_read_under_either_name() -> None:
    assert _read(ChatAnswer(), _chunk({"reasoning": "Hm."})) == [ThinkingDelta(text="Hm.")]


def test_calls_without_an_index_are_numbered_by_their_ids() -> None:
    calls = [
        {"id": "a", "function": {"name": "look", "arguments": "{"}},
        {"function": {"arguments": "}"}},
        {"id": "b", "function": {"name": "look", "arguments": {"at": "sky"}}},
    ]
    assert _read(ChatAnswer(), _chunk({"tool_calls": calls})) == [
        ToolCallDelta(index=0, arguments="{", call_id="a", name="look"),
        ToolCallDelta(index=0, arguments="}"),
        ToolCallDelta(index=1, arguments='{"at": "sky"}', call_id="b", name="look"),
    ]


def test_a_refusal_in_words_is_one_whatever_the_reason_says() -> None:
    answer = ChatAnswer()
    assert _read(answer, _chunk({"refusal": "No."}), _chunk({}, "stop")) == [TextDelta(text="No.")]
    assert answer.finish_reason is FinishReason.REFUSED


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("model_length", FinishReason.LENGTH),
        ("function_call", FinishReason.TOOL_CALLS),
        ("content_filter", FinishReason.REFUSED),
        ("bored", FinishReason.STOP),
    ],
)
def test_reasons_of_every_flavour_are_known(told: str, expected: FinishReason) -> None:
    answer = ChatAnswer()
    _read(answer, _chunk({}, told))
    assert answer.finish_reason is expected


def test_counts_that_are_null_or_no_numbers_are_none() -> None:
    answer = ChatAnswer()
    usage = {"prompt_tokens": 3, "completion_tokens": None, "prompt_tokens_details": {"cached_tokens": "4"}}
    _read(answer, {"choices": [], "usage": usage})
    assert answer.usage == Usage(prompt_tokens=3, completion_tokens=0)


def test_what_was_written_to_the_cache_is_counted() -> None:
    answer = ChatAnswer()
    details = {"cached_tokens": 1, "cache_write_tokens": 2}
    _read(answer, {"choices": [], "usage": {"prompt_tokens": 3, "prompt_tokens_details": details}})
    assert (answer.usage.cached_tokens, answer.usage.cache_written_tokens) == (1, 2)


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ({"error": {"code": "rate_limit_exceeded"}}, RateLimited),
        ({"error": {"type": "server_error"}}, ProviderFailed),
        ({"error": "Oh."}, ProviderFailed),
        (_chunk({}, "error"), ProviderFailed),
    ],
)
def test_an_error_in_the_stream_is_raised_as_what_it_stands_for(
    chunk: dict[str, object], expected: type[AspenError]
) -> None:
    with pytest.raises(expected):
        _read(ChatAnswer(), chunk)


@pytest.mark.parametrize("payload", [b"nonsense", b"[]", b"5", b'{"choices": 5}', b'{"choices": [5]}', b"[" * 100_000])
def test_nonsense_is_a_failure_of_the_providers(payload: bytes) -> None:
    with pytest.raises(ProviderFailed):
        list(ChatAnswer().feed(encode_event(payload)))


def test_an_answer_that_breaks_off_is_a_failure() -> None:
    answer = ChatAnswer()
    _read(answer, _chunk({"content": "Hel"}))
    with pytest.raises(ProviderFailed):
        answer.finish()


def test_an_answer_longer_than_the_model_gives_is_refused_by_name() -> None:
    card = ModelCard(
        name="m",
        zone=Zone.CLOUD,
        dialect="openai_chat",
        context_tokens=1000,
        skills=frozenset(),
        source="openai",
        answer_tokens=10,
    )
    asked = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hi"),), limits=Limits(answer_tokens=11))
    with pytest.raises(ModelCannot, match="answer_tokens"):
        DIALECTS["openai_chat"].encode(asked, card)


def test_every_dialect_is_found_by_its_own_name() -> None:
    assert {"openai_chat", "anthropic_messages", "gemini_generate"} <= set(DIALECTS)
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {name: name for name in DIALECTS}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_path_can_stand_behind_a_base_url(name: str) -> None:
    path = DIALECTS[name].path("model-1")
    assert path.startswith("/v1")
    assert path.isascii()

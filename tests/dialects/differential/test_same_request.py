"""The official SDK and Aspen ask the same: bodies equal in meaning, at the same path.

Two documented equivalences are evened out: a text alone stands for a list of one text block, and a cache breakpoint
says nothing (but where breakpoints are the point, they are compared).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from typing import Any, cast

import pytest
from conversations import CONVERSATIONS, Conversation, card
from recording import EVENTS, Recording, events, recording

from aspen.dialects.dialect import Dialect
from aspen.dialects.table import DIALECTS
from fakes.tls_provider import Reply

_MESSAGE: Mapping[str, object] = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "model-1",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
_ANTHROPIC_ANSWER = events(
    {"type": "message_start", "message": _MESSAGE},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
    named=True,
)


@pytest.fixture(scope="module")
def server() -> Generator[Recording]:
    with recording() as told:
        yield told


def _sent_by_aspen(dialect: Dialect, conversation: Conversation) -> Mapping[str, object]:
    return json.loads(json.dumps(dialect.encode(conversation.request, card(dialect.name))))


def _meaning(value: object, *, keeps_breakpoints: bool = False) -> object:
    """Even out what the dialects' pages call equivalent."""
    if isinstance(value, list):
        return [_meaning(each, keeps_breakpoints=keeps_breakpoints) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    fields: dict[str, object] = {}
    for name, each in cast("Mapping[str, object]", value).items():
        if name == "cache_control" and not keeps_breakpoints:
            continue
        is_short = name in ("content", "system") and isinstance(each, str)
        written = [{"type": "text", "text": each}] if is_short else each
        fields[name] = _meaning(written, keeps_breakpoints=keeps_breakpoints)
    return fields


@pytest.mark.parametrize("conversation", [each for each in CONVERSATIONS if each.anthropic is not None], ids=str)
def test_anthropics_sdk_and_aspen_send_the_same(server: Recording, conversation: Conversation) -> None:
    server.reply = Reply(headers=EVENTS, pieces=(_ANTHROPIC_ANSWER,))
    keywords: dict[str, Any] = conversation.anthropic or {}
    with server.anthropic() as client, client.messages.create(model="model-1", stream=True, **keywords) as stream:
        assert [event.type for event in stream][-1] == "message_stop"
    dialect = DIALECTS["anthropic_messages"]
    keeps = conversation.keeps_breakpoints
    ours, theirs = _sent_by_aspen(dialect, conversation), server.last_body
    assert _meaning(ours, keeps_breakpoints=keeps) == _meaning(theirs, keeps_breakpoints=keeps)
    assert server.received[-1].target == dialect.path("model-1")


@pytest.mark.parametrize("conversation", [each for each in CONVERSATIONS if each.openai is not None], ids=str)
def test_openais_sdk_and_aspen_send_the_same(server: Recording, conversation: Conversation) -> None:
    server.reply = Reply(headers=EVENTS, pieces=(b"data: [DONE]\n\n",))
    keywords: dict[str, Any] = {"max_completion_tokens": 64_000, **(conversation.openai or {})}
    options: Any = {"include_usage": True}
    with (
        server.openai() as client,
        client.chat.completions.create(model="model-1", stream=True, stream_options=options, **keywords) as stream,
    ):
        assert list(stream) == []
    dialect = DIALECTS["openai_chat"]
    assert _meaning(_sent_by_aspen(dialect, conversation)) == _meaning(server.last_body)
    assert server.received[-1].target == dialect.path("model-1")


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=str)
def test_equal_requests_are_equal_bytes(conversation: Conversation) -> None:
    for dialect, keywords in (("anthropic_messages", conversation.anthropic), ("openai_chat", conversation.openai)):
        if keywords is not None:
            first, second = (json.dumps(DIALECTS[dialect].encode(conversation.request, card(dialect))) for _ in "ab")
            assert first == second

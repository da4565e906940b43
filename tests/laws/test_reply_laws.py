"""What a dialect's writer says of an answer, its reader hears, streamed or whole; and any bytes at all are survived."""

from __future__ import annotations

from typing import cast

import pytest
from dialect_strategies import few, garbage, signed_answers, unsigned_answers
from heard import as_json, assert_read_or_refused, heard, read
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.answer import Event
from aspen.dialects.anthropic_messages_reply import MessagesReply
from aspen.dialects.anthropic_messages_reply import encode_answer as encode_message
from aspen.dialects.openai_chat_reply import ChatReply
from aspen.dialects.openai_chat_reply import encode_answer as encode_completion
from aspen.dialects.table import DIALECTS

_cuts = st.lists(st.integers(0, 3000), max_size=10)


@few
@given(events=unsigned_answers, cuts=_cuts)
def test_an_answer_in_openais_dialect_is_heard_as_it_was_said(events: list[Event], cuts: list[int]) -> None:
    reply = ChatReply("chatcmpl-1", "m", 1, with_usage=True)
    wire = reply.begin() + b"".join(reply.write(event) for event in events)
    assert read(DIALECTS["openai_chat"].stream(), wire, cuts) == heard(events)


@few
@given(events=signed_answers, cuts=_cuts)
def test_an_answer_in_anthropics_dialect_is_heard_as_it_was_said(events: list[Event], cuts: list[int]) -> None:
    reply = MessagesReply("msg_1", "m")
    wire = reply.begin() + b"".join(reply.write(event) for event in events)
    assert read(DIALECTS["anthropic_messages"].stream(), wire, cuts, as_json) == heard(events, as_json)


@few
@given(events=unsigned_answers)
def test_a_whole_completion_says_what_the_stream_says(events: list[Event]) -> None:
    told, completion = heard(events), encode_completion(events, "chatcmpl-1", "m", 1)
    (choice,) = cast("list[dict[str, dict[str, str]]]", completion["choices"])
    assert (choice["message"]["content"] or "") == "".join(text for kind, text in told.said if kind == "text")
    calls = cast("list[dict[str, dict[str, str]]]", choice["message"].get("tool_calls", []))
    assert [call["function"]["arguments"] for call in calls] == [call[2] for call in told.calls]


@few
@given(events=signed_answers)
def test_a_whole_message_says_what_the_stream_says(events: list[Event]) -> None:
    told, message = heard(events, as_json), encode_message(events, "msg_1", "m")
    blocks = cast("list[dict[str, str]]", message["content"])
    assert "".join(block["text"] for block in blocks if block["type"] == "text") == "".join(
        text for kind, text in told.said if kind == "text"
    )
    calls = [(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
    assert calls == told.calls
    signatures = [
        block.get("signature") or f"redacted_thinking:{block['data']}"
        for block in blocks
        if "thinking" in block["type"]
    ]
    assert signatures == [text for kind, text in told.said if kind == "signature"]


_payloads = garbage(
    *(
        "type",
        "delta",
        "choices",
        "usage",
        "content_block",
        "text",
        "message",
        "content",
        "tool_calls",
        "error",
        "index",
    )
)
_KINDS = ("content_block_delta", "content_block_start", "message_delta", "message_start", "ping")


@pytest.mark.parametrize("name", ["openai_chat", "anthropic_messages"])
@few
@given(payloads=st.lists(_payloads, max_size=3), kind=st.sampled_from(_KINDS), noise=st.binary(max_size=20))
def test_any_stream_at_all_is_read_or_refused_as_one_of_our_errors(
    name: str, payloads: list[dict[str, object]], kind: str, noise: bytes
) -> None:
    assert_read_or_refused(DIALECTS[name].stream(), ({**payload, "type": kind} for payload in payloads), noise)

"""What a dialect's writer says of an answer, its reader hears, streamed or whole; and any bytes at all are survived."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import pytest
from dialect_strategies import few, garbage, signed_answers, unsigned_answers
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import AspenError
from aspen.dialects.anthropic_messages_reply import MessagesReply
from aspen.dialects.anthropic_messages_reply import encode_answer as encode_message
from aspen.dialects.dialect import AnswerStream
from aspen.dialects.openai_chat_reply import ChatReply
from aspen.dialects.openai_chat_reply import encode_answer as encode_completion
from aspen.dialects.sse import encode_event
from aspen.dialects.table import DIALECTS


@dataclass(slots=True)
class Heard:
    """An answer by what it comes to: pieces of one kind are one piece."""

    said: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: list[tuple[str, str, object]] = field(default_factory=list[tuple[str, str, object]])
    reason: FinishReason | None = None
    usage: Usage | None = None


def _heard(events: Iterable[Event]) -> Heard:
    heard, calls = Heard(), dict[int, list[str]]()
    for event in events:
        match event:
            case TextDelta(text=text):
                _say(heard, "text", text)
            case ThinkingDelta(text=text, signature=signature):
                _say(heard, "thought", text)
                if signature:
                    heard.said.append(("signature", signature))
            case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
                calls.setdefault(index, [call_id or "", name or "", ""])[2] += arguments
            case Finished():
                heard.reason, heard.usage = event.reason, event.usage
            case _:
                raise AssertionError(event)
    heard.calls = [(call_id, name, json.loads(arguments)) for call_id, name, arguments in calls.values()]
    return heard


def _say(heard: Heard, kind: str, text: str) -> None:
    if heard.said and heard.said[-1][0] == kind:
        heard.said[-1] = (kind, heard.said[-1][1] + text)
    elif text:
        heard.said.append((kind, text))


def _read(stream: AnswerStream, wire: bytes, cuts: list[int]) -> Heard:
    places = [0, *sorted({cut for cut in cuts if cut < len(wire)}), len(wire)]
    events = [event for begin, end in pairwise(places) for event in stream.feed(wire[begin:end])]
    stream.finish()
    heard = _heard(events)
    heard.reason, heard.usage = stream.finish_reason, stream.usage
    return heard


_cuts = st.lists(st.integers(0, 3000), max_size=10)


@few
@given(events=unsigned_answers, cuts=_cuts)
def test_an_answer_in_openais_dialect_is_heard_as_it_was_said(events: list[Event], cuts: list[int]) -> None:
    reply = ChatReply("chatcmpl-1", "m", 1, with_usage=True)
    wire = reply.begin() + b"".join(reply.write(event) for event in events)
    assert _read(DIALECTS["openai_chat"].stream(), wire, cuts) == _heard(events)


@few
@given(events=signed_answers, cuts=_cuts)
def test_an_answer_in_anthropics_dialect_is_heard_as_it_was_said(events: list[Event], cuts: list[int]) -> None:
    reply = MessagesReply("msg_1", "m")
    wire = reply.begin() + b"".join(reply.write(event) for event in events)
    assert _read(DIALECTS["anthropic_messages"].stream(), wire, cuts) == _heard(events)


@few
@given(events=unsigned_answers)
def test_a_whole_completion_says_what_the_stream_says(events: list[Event]) -> None:
    heard, completion = _heard(events), encode_completion(events, "chatcmpl-1", "m", 1)
    (choice,) = cast("list[dict[str, dict[str, str]]]", completion["choices"])
    assert (choice["message"]["content"] or "") == "".join(text for kind, text in heard.said if kind == "text")
    calls = cast("list[dict[str, dict[str, str]]]", choice["message"].get("tool_calls", []))
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [call[2] for call in heard.calls]


@few
@given(events=signed_answers)
def test_a_whole_message_says_what_the_stream_says(events: list[Event]) -> None:
    heard, message = _heard(events), encode_message(events, "msg_1", "m")
    blocks = cast("list[dict[str, str]]", message["content"])
    assert "".join(block["text"] for block in blocks if block["type"] == "text") == "".join(
        text for kind, text in heard.said if kind == "text"
    )
    calls = [(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
    assert calls == heard.calls
    signatures = [
        block.get("signature") or f"redacted_thinking:{block['data']}"
        for block in blocks
        if "thinking" in block["type"]
    ]
    assert signatures == [text for kind, text in heard.said if kind == "signature"]


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
    stream = DIALECTS[name].stream()
    wire = b"".join(encode_event(json.dumps({**payload, "type": kind}).encode()) for payload in payloads)
    try:
        events = [event for piece in (wire, encode_event(noise)) for event in stream.feed(piece)]
        stream.finish()
    except AspenError as error:
        assert error.sentence
        return
    assert all(isinstance(event, TextDelta | ThinkingDelta | ToolCallDelta) for event in events)

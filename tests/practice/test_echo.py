"""The practice provider says what reached it, in the dialect that it is asked in."""

from __future__ import annotations

import json

import pytest

from aspen.dialects.openai_chat_stream import ChatStream
from aspen.dialects.sse import DONE, EventStream
from aspen.practice.echo import answer_to


def said_to(messages: list[dict[str, object]]) -> str:
    body = json.dumps({"messages": messages}).encode()
    sse, stream = EventStream(), ChatStream()
    payloads = [payload for piece in answer_to(body) for payload in sse.feed(piece)]
    assert payloads[-1] == DONE
    events = [event for payload in payloads[:-1] for event in stream.decode(payload)]
    assert stream.finish_reason is not None
    return "".join(getattr(event, "text", "") for event in events)


def test_it_quotes_the_last_message_and_counts_the_bytes() -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "Five captions"}]}).encode()
    said = said_to([{"role": "user", "content": "Five captions"}])
    assert "“Five captions”" in said
    assert f"{len(body):,} bytes" in said


def test_it_reads_every_message_and_says_so() -> None:
    said = said_to(
        [{"role": "user", "content": "one"}, {"role": "assistant", "content": [{"type": "text", "text": "x"}]}]
    )
    assert "2 messages" in said
    assert "“x”" in said


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"messages": []}', b'{"messages": ["x"]}', b"nonsense"])
def test_what_is_no_chat_request_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        list(answer_to(body))

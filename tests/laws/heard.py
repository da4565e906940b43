"""What an answer comes to once it was heard, however it was cut: pieces of one kind are one piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from aspen.core.errors import AspenError
from aspen.dialects.dialect import AnswerStream
from aspen.dialects.sse import encode_event


@dataclass(slots=True)
class Heard:
    """Calls are [id, name, arguments], the arguments as they were written or, for `as_json`, as they are read."""

    said: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: list[tuple[str, str, object]] = field(default_factory=list[tuple[str, str, object]])
    reason: FinishReason | None = None
    usage: Usage | None = None


ReadArguments = Callable[[str], object]
as_json: ReadArguments = json.loads
"""For the dialects that carry arguments as an object, and so may write them otherwise."""


def heard(events: Iterable[Event], arguments_of: ReadArguments = str) -> Heard:
    """Add an answer up."""
    told, calls = Heard(), dict[int, list[str]]()
    for event in events:
        match event:
            case TextDelta(text=text):
                _say(told, "text", text)
            case ThinkingDelta(text=text, signature=signature):
                _say(told, "thought", text)
                if signature:
                    told.said.append(("signature", signature))
            case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
                calls.setdefault(index, [call_id or "", name or "", ""])[2] += arguments
            case Finished():
                told.reason, told.usage = event.reason, event.usage
            case _:
                raise AssertionError(event)
    told.calls = [(call_id, name, arguments_of(arguments)) for call_id, name, arguments in calls.values()]
    return told


def _say(told: Heard, kind: str, text: str) -> None:
    if told.said and told.said[-1][0] == kind:
        told.said[-1] = (kind, told.said[-1][1] + text)
    elif text:
        told.said.append((kind, text))


def read(stream: AnswerStream, wire: bytes, cuts: Iterable[int], arguments_of: ReadArguments = str) -> Heard:
    """Feed a whole answer, cut at these places, and add it up."""
    places = [0, *sorted({cut for cut in cuts if cut < len(wire)}), len(wire)]
    told = heard((event for begin, end in pairwise(places) for event in stream.feed(wire[begin:end])), arguments_of)
    stream.finish()
    told.reason, told.usage = stream.finish_reason, stream.usage
    return told


def assert_read_or_refused(stream: AnswerStream, payloads: Iterable[object], noise: bytes) -> None:
    """Feed anything at all: what comes of it is events, or one of our errors."""
    wire = b"".join(encode_event(json.dumps(payload).encode()) for payload in payloads)
    try:
        events = [event for piece in (wire, encode_event(noise)) for event in stream.feed(piece)]
        stream.finish()
    except AspenError as error:
        assert error.sentence
        return
    for event in events:
        assert isinstance(event, TextDelta | ThinkingDelta | ToolCallDelta)
        assert isinstance(event.arguments if isinstance(event, ToolCallDelta) else event.text, str)

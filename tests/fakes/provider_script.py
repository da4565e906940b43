"""What a fake provider is to say, turn by turn, in words that no provider owns; each fake writes it in its own form.

    answer = openai(Says(text=("Hel", "lo")), Fails(fault=Fault.TOO_FAST, retry_after_seconds=7))

The last turn repeats. A wrong path, a wrong key and a body that is no request are refused before any turn is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, cast

from aspen.core.answer import FinishReason, Usage
from fakes.provider_rows import KEY
from fakes.tls_provider import Answer, Ending, Received, Reply

JsonObject = Mapping[str, object]

JSON_HEADERS = (("content-type", "application/json"),)
STREAM_HEADERS = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))


class Fault(StrEnum):
    """What a provider refuses or fails with; each fake knows the documented status and shape."""

    BAD_KEY = "bad_key"
    NO_MONEY = "no_money"
    BAD_REQUEST = "bad_request"
    TOO_LONG = "too_long"
    NO_MODEL = "no_model"
    NO_PATH = "no_path"
    TOO_FAST = "too_fast"
    BROKEN = "broken"
    OVERLOADED = "overloaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`arguments` is JSON text in the pieces in which it streams."""

    name: str
    arguments: tuple[str, ...] = ("{}",)
    call_id: str = "call_1"
    signature: str = ""


_USAGE = Usage(prompt_tokens=12, completion_tokens=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """One answer: thinking, then text, then calls. `usage` counts as Aspen does: the whole prompt, cached or not.

    `cut_after` ends the connection in the middle of the event after so many; `midway` is a fault that comes inside the
    stream, after the text.
    """

    text: tuple[str, ...] = ("Hello", " there.")
    thinking: tuple[str, ...] = ()
    signature: str = ""
    calls: tuple[Call, ...] = ()
    reason: FinishReason = FinishReason.STOP
    usage: Usage = _USAGE
    thinking_tokens: int = 0
    pause_seconds: float = 0.0
    cut_after: int | None = None
    midway: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    fault: Fault
    retry_after_seconds: int | None = None


Turn = Says | Fails


class Style(Protocol):
    """How one provider writes. `events` are whole server-sent events, in their order."""

    def key(self, received: Received) -> str | None: ...
    def is_asked(self, received: Received) -> bool: ...
    def is_stream(self, received: Received, request: JsonObject) -> bool: ...
    def is_request(self, received: Received, request: JsonObject) -> bool: ...
    def whole(self, says: Says, received: Received, request: JsonObject) -> JsonObject: ...
    def events(self, says: Says, received: Received, request: JsonObject) -> list[bytes]: ...
    def refusal(self, fault: Fault, retry_after_seconds: int | None) -> Reply: ...


@dataclass(slots=True)
class Scripted:
    """An `Answer` that follows its turns in the style of one provider."""

    style: Style
    turns: Sequence[Turn] = (Says(),)
    key: str = KEY
    used: int = field(default=0)

    def __call__(self, received: Received) -> Reply:
        if not self.style.is_asked(received):
            return self.style.refusal(Fault.NO_PATH, None)
        if self.style.key(received) != self.key:
            return self.style.refusal(Fault.BAD_KEY, None)
        request = _object(received.body)
        if request is None or not self.style.is_request(received, request):
            return self.style.refusal(Fault.BAD_REQUEST, None)
        turn = self.turns[min(self.used, len(self.turns) - 1)]
        self.used += 1
        if isinstance(turn, Fails):
            return self.style.refusal(turn.fault, turn.retry_after_seconds)
        if not self.style.is_stream(received, request):
            content = to_json(self.style.whole(turn, received, request))
            return Reply(pieces=(content,), is_lengthed=True, ending=_ending(turn))
        events = self.style.events(turn, received, request)
        kept = events if turn.cut_after is None else events[: turn.cut_after + 1]
        return Reply(headers=STREAM_HEADERS, pieces=tuple(kept), pause_seconds=turn.pause_seconds, ending=_ending(turn))


def scripted(style: Style, turns: Sequence[Turn], key: str) -> Answer:
    """Return the answer of a provider that follows these turns, or one friendly turn."""
    return Scripted(style, turns or (Says(),), key)


def refusal(status: int, content: JsonObject, retry_after_seconds: int | None) -> Reply:
    """Build an error response."""
    waiting = () if retry_after_seconds is None else (("retry-after", str(retry_after_seconds)),)
    return Reply(
        status=status,
        headers=(*JSON_HEADERS, ("request-id", "req_fake1"), *waiting),
        pieces=(to_json(content),),
        is_lengthed=True,
    )


def to_json(content: object) -> bytes:
    """Write JSON without blanks."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def event(content: object, name: str | None = None) -> bytes:
    """Write one server-sent event."""
    named = b"" if name is None else b"event: " + name.encode() + b"\n"
    return named + b"data: " + to_json(content) + b"\n\n"


def bearer_token(received: Received) -> str:
    """Return the key of a request, empty where there is none."""
    return (received.header("authorization") or "").removeprefix("Bearer ")


def model_of(request: JsonObject) -> str:
    """Return the model that a request names in its body."""
    return str(request.get("model", ""))


def turns_from_json(content: bytes) -> list[Turn]:
    """Read turns from a file for `serve_provider`: [{"says": {"text": ["Hi"]}}, {"fails": "overloaded"}]."""
    read: list[Turn] = []
    for told in cast("list[dict[str, object]]", json.loads(content)):
        if "fails" in told:
            read.append(Fails(fault=Fault(told["fails"]), retry_after_seconds=cast("int | None", told.get("after"))))
        else:
            said = cast("dict[str, list[str]]", told["says"])
            read.append(Says(text=tuple(said.get("text", ())), thinking=tuple(said.get("thinking", ()))))
    return read


def _object(body: bytes) -> JsonObject | None:
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return cast("JsonObject", found) if isinstance(found, dict) else None


def _ending(turn: Says) -> Ending:
    return Ending.WHOLE if turn.cut_after is None else Ending.ABRUPT

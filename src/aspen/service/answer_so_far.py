"""Collects a streamed answer into the result object of `ask`; see docs/reference/json.md."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from aspen.channel.framing import Frame
from aspen.core.answer import (
    AwaitingApproval,
    Event,
    Finished,
    Progress,
    Sent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from aspen.core.decision import Decision, Refusal
from aspen.core.isolation import JailReport, seal_to_json
from aspen.core.message import Part, Text, Thinking, ToolCall
from aspen.core.model_card import ModelCard
from aspen.service.frames import decision_json
from aspen.store.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredHere:
    """What is said beside an answer of this machine: the seal of the engine, notes, and an offer."""

    report: JailReport | None = None
    notes: tuple[str, ...] = ()
    offer: Frame | None = None


@dataclass(slots=True, kw_only=True)
class _Thought:
    """A thought under way; the signature ends it."""

    pieces: list[str] = field(default_factory=list[str])
    signature: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True, kw_only=True)
class _Call:
    call_id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])
    signature: str = ""

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True, kw_only=True)
class _Words:
    pieces: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class AnswerSoFar:
    """Mutable while the answer streams; `result` is read once, at the end.

    `card` is of the model that answers, once that is decided.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._thinking_since: float | None = None
        self._thinking_seconds: float | None = None
        self._parts: list[_Words | _Thought | _Call] = []
        self._calls: dict[int, _Call] = {}
        self._finished: Finished | None = None
        self._sent: Sent | None = None
        self.card: ModelCard | None = None

    @property
    def has_words(self) -> bool:
        """Whether anything has come that is worth keeping."""
        return bool(self._parts)

    @property
    def is_finished(self) -> bool:
        return self._finished is not None

    def add(self, event: Event) -> None:
        """Take in one event; progress leaves no trace."""
        self._note_thinking(event)
        match event:
            case TextDelta(text=text):
                self._words().pieces.append(text)
            case ThinkingDelta(text=text, signature=signature):
                thought = self._thought()
                thought.pieces.append(text)
                thought.signature += signature
            case ToolCallDelta():
                self._add_call(event)
            case Finished():
                self._finished = event
            case Sent():
                self._sent = event
            case Progress() | AwaitingApproval():
                pass
            case _:
                assert_never(event)

    def _note_thinking(self, event: Event) -> None:
        """The first thought ends with the first word after it; what is thought between words is not counted."""
        if self._thinking_since is None:
            self._thinking_since = self._monotonic() if isinstance(event, ThinkingDelta) else None
        elif self._thinking_seconds is None and not isinstance(event, ThinkingDelta | Progress):
            self._thinking_seconds = self._monotonic() - self._thinking_since

    def parts(self) -> tuple[Part, ...]:
        """Return the answer as the parts of a message, in the order in which they came."""
        return tuple(self._part(part) for part in self._parts)

    def outcome(self, now: datetime) -> Outcome:
        """Return what is to be kept of the answer beside its parts."""
        zone = None if self.card is None else self.card.zone
        return Outcome(
            zone=zone,
            sent=self._sent,
            finished=self._finished,
            ended_at=now,
            thinking_seconds=self._thinking_seconds,
        )

    def result(self, decision: Decision, here: AnsweredHere | None, sent: Sent | None) -> Frame:
        """Return the whole answer as one object, schema 1."""
        finished, calls = self._finished, [part for part in self._parts if isinstance(part, _Call)]
        return {
            "schema": 1,
            "answer": "".join(part.text for part in self._parts if isinstance(part, _Words)),
            "thinking": "".join(part.text for part in self._parts if isinstance(part, _Thought)),
            "thinking_seconds": seconds_json(self._thinking_seconds),
            "tool_calls": [{"call_id": each.call_id, "name": each.name, "arguments": each.arguments} for each in calls],
            "model": None if isinstance(decision, Refusal) else decision.model,
            "zone": None if self.card is None else self.card.zone.value,
            "decision": decision_json(decision),
            "sent": sent_json(sent),
            **finished_json(finished),
            "jail": seal_to_json(here.report) if here and here.report else None,
            "notes": [] if here is None else list(here.notes),
            "offer": None if here is None else here.offer,
        }

    def _words(self) -> _Words:
        if not (self._parts and isinstance(self._parts[-1], _Words)):
            self._parts.append(_Words())
        last = self._parts[-1]
        assert isinstance(last, _Words)
        return last

    def _thought(self) -> _Thought:
        last = self._parts[-1] if self._parts else None
        if isinstance(last, _Thought) and not last.signature:
            return last
        thought = _Thought()
        self._parts.append(thought)
        return thought

    def _add_call(self, delta: ToolCallDelta) -> None:
        if (call := self._calls.get(delta.index)) is None:
            call = self._calls[delta.index] = _Call()
            self._parts.append(call)
        call.call_id = call.call_id or delta.call_id or ""
        call.name = call.name or delta.name or ""
        call.pieces.append(delta.arguments)
        call.signature += delta.signature

    def _part(self, part: _Words | _Thought | _Call) -> Part:
        match part:
            case _Words(text=text):
                return Text(text=text)
            case _Thought(text=text, signature=signature):
                dialect = self.card.dialect if self.card and signature else ""
                return Thinking(text=text, signature=signature, dialect=dialect)
            case _Call():
                return ToolCall(
                    call_id=part.call_id, name=part.name, arguments=part.arguments, signature=part.signature
                )
            case _:
                assert_never(part)


def seconds_json(seconds: float | None) -> float | None:
    """Return how long something took, to a tenth; None where nobody measured it."""
    return None if seconds is None else round(seconds, 1)


def sent_json(sent: Sent | None) -> Frame | None:
    """Return what left for an answer, None where nothing did."""
    if sent is None:
        return None
    return {"provider": sent.provider, "sequence": sent.sequence, "body_bytes": sent.body_bytes}


def finished_json(finished: Finished | None) -> Frame:
    """Return how an answer ended and what it took; nulls for one that did not end."""
    if finished is None:
        return {"finish_reason": None, "usage": None, "timings": None}
    usage, timings = finished.usage, finished.timings
    return {
        "finish_reason": finished.reason.value,
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cached_tokens": usage.cached_tokens,
        },
        "timings": {
            "first_token_ms": round(timings.first_token_ms, 1),
            "tokens_per_second": round(timings.tokens_per_second, 1),
            "prompt_ms": round(timings.prompt_ms, 1),
        },
    }

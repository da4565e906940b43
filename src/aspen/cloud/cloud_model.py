"""A model elsewhere: writes the request in its provider's dialect, hands the bytes to the gate, reads what comes back.

Asks once. What fails is an error with remedies: nothing is tried again here, and nobody else is asked instead.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import assert_never

from aspen.cloud.gate_client import SettlingGate
from aspen.cloud.prices import ModelPrices, cost_microdollars, worst_cost_microdollars
from aspen.core.answer import (
    AwaitingApproval,
    Event,
    Finished,
    FinishReason,
    Sent,
    TextDelta,
    ThinkingDelta,
    Timings,
    ToolCallDelta,
)
from aspen.core.egress import Destination, Hint, Origin, Outbound
from aspen.core.errors import GateUnreachable, ModelCannot
from aspen.core.gate_event import ResponseHead, ResponsePiece
from aspen.core.message import Image
from aspen.core.model_card import ModelCard, Skill
from aspen.core.protocols import Clock
from aspen.core.provider import Provider
from aspen.core.request import JsonSchema, Request
from aspen.dialects.dialect import AnswerStream, Dialect
from aspen.dialects.table import DIALECTS

_FIRST_ERROR_STATUS = 400
_LARGEST_ERROR_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudModel:
    """Answers elsewhere. `origin` and `hints` are of the one request that it is made for."""

    provider: Provider
    card: ModelCard
    gate: SettlingGate
    clock: Clock
    prices: ModelPrices | None = None
    origin: Origin = field(default_factory=Origin)
    hints: tuple[Hint, ...] = ()

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        """Stream the answer; closing the iterator closes the provider's connection.

        Raises ModelCannot before anything is sent, what the gate refuses with, and what the provider's refusal or
        broken stream stands for.
        """
        outbound = self.outbound(request)
        reading = _Reading(self, self._dialect.stream())
        async with aclosing(_events(self.gate, outbound, reading)) as events:
            async for event in events:
                yield event
        yield reading.finished()

    def outbound(self, request: Request) -> Outbound:
        """Return exactly what would leave, and what the gate must know to judge it; equal requests give equal bytes.

        Raises ModelCannot for what the model or its dialect cannot do.
        """
        _refuse_what_it_cannot(request, self.card)
        body = self._dialect.encode(request, self.card)
        return Outbound(
            destination=Destination(
                provider=self.provider.name, path=self._dialect.path(self.card.name), model=self.card.name
            ),
            zone=self.provider.zone,
            purpose=request.purpose,
            label=request.label,
            body=_dumped(body),
            origin=self.origin,
            hints=self.hints,
            worst_cost_microdollars=worst_cost_microdollars(request, self.card, self.prices),
        )

    @property
    def _dialect(self) -> Dialect:
        return DIALECTS[self.card.dialect]


class _Reading:
    """One answer as it comes: its head, its stream or its error body, and when its first word was there."""

    def __init__(self, model: CloudModel, stream: AnswerStream) -> None:
        self._model = model
        self._stream = stream
        self._head: ResponseHead | None = None
        self._error_body = bytearray()
        # A person may have looked at the preview for minutes: what is timed begins when the bytes leave.
        self._sent_at = model.clock.monotonic()
        self._first_token_at: float | None = None

    def begin(self, event: Sent | ResponseHead) -> None:
        match event:
            case Sent():
                self._sent_at = self._model.clock.monotonic()
            case ResponseHead():
                self._head = event
            case _:
                assert_never(event)

    def read(self, content: bytes) -> list[Event]:
        """Return the events of some bytes; those of an error response are kept for later."""
        if self._is_error:
            self._error_body += content[: _LARGEST_ERROR_BYTES - len(self._error_body)]
            return []
        events = list(self._stream.feed(content))
        if self._first_token_at is None and any(map(_is_token, events)):
            self._first_token_at = self._model.clock.monotonic()
        return events

    def end(self) -> None:
        """Raise what the response stands for, unless it was a whole answer."""
        if self._head is None:
            raise GateUnreachable("The gate passed on no answer.", hint="Ask again.")
        if self._is_error:
            headers = dict(self._head.headers)
            name = self._model.provider.name
            dialect = DIALECTS[self._model.card.dialect]
            raise dialect.refused(self._head.status, headers, bytes(self._error_body), name)
        self._stream.finish()

    def cost(self) -> int | None:
        """Return what the answer has cost; None where no price is known, or nobody has counted."""
        prices, usage = self._model.prices, self._stream.usage
        is_counted = usage.prompt_tokens > 0 and not self._is_error
        return cost_microdollars(usage, prices) if prices is not None and is_counted else None

    def finished(self) -> Finished:
        """Return the last event of the answer."""
        now = self._model.clock.monotonic()
        first = self._first_token_at if self._first_token_at is not None else now
        usage, seconds = self._stream.usage, now - first
        return Finished(
            reason=self._stream.finish_reason or FinishReason.STOP,
            usage=usage,
            timings=Timings(
                first_token_ms=(first - self._sent_at) * 1000,
                tokens_per_second=usage.completion_tokens / seconds if seconds > 0 else 0.0,
            ),
        )

    @property
    def _is_error(self) -> bool:
        return self._head is not None and self._head.status >= _FIRST_ERROR_STATUS


async def _events(gate: SettlingGate, outbound: Outbound, reading: _Reading) -> AsyncGenerator[Event]:
    async with aclosing(gate.send(outbound, reading.cost)) as events:
        async for event in events:
            match event:
                case AwaitingApproval():
                    yield event
                case Sent():
                    reading.begin(event)
                    yield event
                case ResponseHead():
                    reading.begin(event)
                case ResponsePiece(content=content):
                    for each in reading.read(content):
                        yield each
                case _:
                    assert_never(event)
    reading.end()


def _dumped(body: Mapping[str, object]) -> bytes:
    """Write a body as the bytes that leave: what cannot be UTF-8 becomes a question mark, and the preview shows it."""
    try:
        written = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        raise ModelCannot("The request holds a number or a depth that JSON cannot carry.") from None
    return written.encode("utf-8", "replace")


def _is_token(event: Event) -> bool:
    return isinstance(event, TextDelta | ThinkingDelta | ToolCallDelta)


def _refuse_what_it_cannot(request: Request, card: ModelCard) -> None:
    """Refuse before anything leaves what the model cannot do."""
    shows_picture = any(isinstance(part, Image) for message in request.messages for part in message.parts)
    needs = {
        Skill.VISION: shows_picture,
        Skill.TOOLS: bool(request.tools),
        Skill.SCHEMA: isinstance(request.output, JsonSchema),
    }
    for skill, is_needed in needs.items():
        if is_needed and skill not in card.skills:
            raise ModelCannot(
                f"{card.name} has no skill {skill.value!r} as {card.source} offers it here.",
                hint="`aspen models` names those that have it.",
                facts={"skill": skill.value, "model": card.name},
            )

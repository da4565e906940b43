"""A model elsewhere: what leaves, what comes back, and every way that it can fail. Asked once, and nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from typing import cast

import pytest

from aspen.cloud.cloud_model import CloudModel
from aspen.cloud.gate_client import GateClient, no_cost
from aspen.cloud.prices import ModelPrices, Rate
from aspen.core.answer import AwaitingApproval, Event, Finished, FinishReason, Sent, TextDelta
from aspen.core.egress import Hint, Origin, Outbound
from aspen.core.errors import (
    AspenError,
    GateUnreachable,
    KeyRejected,
    ModelCannot,
    ProviderFailed,
    RateLimited,
    StaysHere,
    error_to_json,
)
from aspen.core.gate_event import GateEvent, ResponseHead, ResponsePiece
from aspen.core.label import PUBLIC
from aspen.core.message import Image, Message, Role
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.core.request import JsonSchema, Purpose, Request, Tool
from aspen.providers.catalogue import shipped_providers
from fakes.fixed_clock import FixedClock
from fakes.scripted_gate import END, SENT, Frame, ScriptedGate, head, piece

GOOGLE = next(provider for provider in shipped_providers() if provider.name == "google")
PRICES = ModelPrices(prompt=Rate(steps=((0, 2.0),)), completion=Rate(steps=((0, 10.0),)), listed_on="2026-11-22")
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Zürich?"),), label=PUBLIC)
WAITING: Frame = ({"event": "awaiting_approval", "nonce": "ab", "body_sha256": "cd", "provider": "google"}, b"")


def _chunk(text: str = "", end: str | None = None, **more: object) -> bytes:
    candidate: dict[str, object] = {"content": {"parts": [{"text": text}] if text else []}}
    if end is not None:
        candidate["finishReason"] = end
    return b"data: " + json.dumps({"candidates": [candidate], **more}).encode() + b"\r\n\r\n"


USAGE = {"promptTokenCount": 9, "candidatesTokenCount": 4}
ANSWER = (_chunk("Zür"), _chunk("ich", end="STOP", usageMetadata=USAGE))


def _model(gate: ScriptedGate | None = None, clock: FixedClock | None = None) -> CloudModel:
    connect = (gate or ScriptedGate()).connect
    return CloudModel(
        provider=GOOGLE,
        card=GOOGLE.models[0],
        gate=GateClient(connect),
        clock=clock or FixedClock(),
        prices=PRICES,
        origin=Origin(project="p", is_named=True),
        hints=(Hint(kind="phone number", count=1),),
    )


async def _answer(gate: ScriptedGate, request: Request = ASKED) -> list[Event]:
    return [event async for event in _model(gate).answer(request)]


async def _error(*frames: Frame) -> tuple[AspenError, ScriptedGate]:
    async with ScriptedGate(frames=frames) as gate:
        with pytest.raises(AspenError) as caught:
            await _answer(gate)
        await gate.gone.wait()
    assert len(gate.asked) == 1
    return caught.value, gate


async def test_an_answer_streams_from_approval_to_its_end() -> None:
    frames = (WAITING, SENT, head(), *map(piece, ANSWER), END)
    async with ScriptedGate(frames=frames) as gate:
        *events, finished = await _answer(gate)
    assert events == [
        AwaitingApproval(nonce="ab", body_sha256="cd", provider="google"),
        Sent(sequence=7, provider="google", body_bytes=2),
        TextDelta(text="Zür"),
        TextDelta(text="ich"),
    ]
    assert isinstance(finished, Finished)
    assert finished.reason is FinishReason.STOP
    assert (finished.usage.prompt_tokens, finished.usage.completion_tokens) == (9, 4)


async def test_what_leaves_is_what_the_gate_is_told() -> None:
    async with ScriptedGate(frames=(SENT, head(), *map(piece, ANSWER), END)) as gate:
        await _answer(gate)
        outbound = gate.envelope().outbound
    assert outbound == _model().outbound(ASKED)
    assert (outbound.destination.provider, outbound.destination.model) == ("google", GOOGLE.models[0].name)
    assert outbound.destination.path == f"/v1/models/{GOOGLE.models[0].name}:streamGenerateContent?alt=sse"
    assert (outbound.zone, outbound.purpose, outbound.label) == (Zone.CLOUD, Purpose.CHAT, PUBLIC)
    assert outbound.origin == Origin(project="p", is_named=True)
    assert outbound.hints == (Hint(kind="phone number", count=1),)
    assert "Zürich?".encode() in outbound.body
    assert b": " not in outbound.body


async def test_equal_requests_give_equal_bytes() -> None:
    tool = Tool(name="f", description="d", parameters={"b": 1, "a": {"z": 1, "y": 2}})
    request = replace(ASKED, tools=(tool,))
    assert _model().outbound(request).body == _model().outbound(replace(request, request_id="2")).body


async def test_the_worst_cost_goes_along_and_the_true_one_is_settled() -> None:
    async with ScriptedGate(frames=(SENT, head(), *map(piece, ANSWER), END)) as gate:
        await _answer(gate)
        assert await gate.settlement() == {"do": "settle", "cost_microdollars": 9 * 2 + 4 * 10}
        worst = gate.envelope().outbound.worst_cost_microdollars
    assert worst is not None
    assert worst > 65_536 * 10


async def test_what_nobody_has_counted_is_settled_as_unknown() -> None:
    async with ScriptedGate(frames=(SENT, head(), piece(_chunk("x", end="STOP")), END)) as gate:
        await _answer(gate)
        assert await gate.settlement() == {"do": "settle", "cost_microdollars": None}


async def test_the_clock_starts_when_the_bytes_leave() -> None:
    clock = FixedClock()
    model = replace(_model(clock=clock), gate=_Timed(clock))
    *_, finished = [event async for event in model.answer(ASKED)]
    assert isinstance(finished, Finished)
    assert finished.timings.first_token_ms == pytest.approx(500)
    assert finished.timings.tokens_per_second == pytest.approx(4 / 2)


class _Timed:
    """A gate whose person takes ten minutes, and whose provider takes half a second, then two."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock

    async def send(self, outbound: Outbound, tell_cost: object = no_cost) -> AsyncGenerator[GateEvent]:
        del tell_cost
        yield AwaitingApproval(nonce="ab", body_sha256=outbound.body_sha256, provider="google")
        self._clock.advance(600)
        yield Sent(sequence=1, provider="google", body_bytes=len(outbound.body))
        self._clock.advance(0.5)
        yield ResponseHead(status=200, headers=())
        yield ResponsePiece(content=ANSWER[0])
        self._clock.advance(2)
        yield ResponsePiece(content=ANSWER[1])


async def test_an_error_status_is_named_by_the_dialect_and_settled_as_unknown() -> None:
    body = json.dumps({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Slow down."}}).encode()
    error, gate = await _error(SENT, head(429, [("retry-after", "7")]), piece(body[:10]), piece(body[10:]), END)
    assert isinstance(error, RateLimited)
    assert error.facts["retry_after_seconds"] == 7
    assert gate.settled == [{"do": "settle", "cost_microdollars": None}]


async def test_a_bad_key_names_the_provider_and_the_command() -> None:
    error, _ = await _error(SENT, head(401), END)
    assert isinstance(error, KeyRejected)
    assert "google" in error.sentence
    assert "aspen cloud add google" in error.hint


async def test_an_endless_error_body_is_cut() -> None:
    error, _ = await _error(SENT, head(500), *(piece(b"x" * 60_000) for _ in range(5)), END)
    assert isinstance(error, ProviderFailed)


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ((_chunk("half"),), ProviderFailed),
        ((b"data: nonsense\n\n",), ProviderFailed),
        ((b"<html>hello</html>",), ProviderFailed),
        ((), ProviderFailed),
    ],
)
async def test_a_broken_stream_is_a_provider_that_failed(pieces: Iterable[bytes], kind: type[AspenError]) -> None:
    error, _ = await _error(SENT, head(), *map(piece, pieces), END)
    assert isinstance(error, kind)


async def test_a_gate_that_ends_in_mid_answer_is_not_asked_again() -> None:
    error, gate = await _error(SENT, head(), piece(ANSWER[0]))
    assert isinstance(error, GateUnreachable)
    assert len(gate.asked) == 1


async def test_an_end_without_a_response_is_no_answer() -> None:
    error, _ = await _error(SENT, END)
    assert isinstance(error, GateUnreachable)


async def test_what_stays_here_stays_here() -> None:
    error, _ = await _error(({"event": "error", **error_to_json(StaysHere("It stays."))}, b""))
    assert isinstance(error, StaysHere)


async def test_closing_the_answer_closes_the_gates_connection() -> None:
    async with ScriptedGate(frames=(SENT, head(), piece(ANSWER[0])), waits_at_the_end=True) as gate:
        answer = cast("AsyncGenerator[Event]", _model(gate).answer(ASKED))
        async for event in answer:
            if isinstance(event, TextDelta):
                break
        await answer.aclose()
        async with asyncio.timeout(5):
            await gate.gone.wait()


PICTURE = Message(role=Role.USER, parts=(Image(media_type="image/png", encoded=b"png"),))


@pytest.mark.parametrize(
    ("request_", "skill"),
    [
        (replace(ASKED, messages=(PICTURE,)), "vision"),
        (replace(ASKED, tools=(Tool(name="f", description="", parameters={"a": 1}),)), "tools"),
        (replace(ASKED, output=JsonSchema(schema={"a": 1})), "schema"),
    ],
)
async def test_what_the_model_cannot_do_is_refused_before_anything_leaves(request_: Request, skill: str) -> None:
    practice = next(provider for provider in shipped_providers() if provider.name == "practice")
    async with ScriptedGate() as gate:
        model = replace(_model(gate), provider=practice, card=practice.models[0])
        with pytest.raises(ModelCannot) as caught:
            _ = [event async for event in model.answer(request_)]
    assert caught.value.facts["skill"] == skill
    assert gate.asked == []


async def test_a_number_that_json_cannot_carry_is_refused_before_anything_leaves() -> None:
    with pytest.raises(ModelCannot):
        _model().outbound(replace(ASKED, output=JsonSchema(schema={"maximum": float("nan")})))


@pytest.mark.parametrize("provider", shipped_providers(), ids=lambda provider: provider.name)
async def test_every_model_of_the_catalogue_can_be_asked(provider: Provider) -> None:
    for card in provider.models:
        outbound = replace(_model(), provider=provider, card=card).outbound(ASKED)
        assert json.loads(outbound.body)
        assert outbound.destination.path.startswith("/v1/")

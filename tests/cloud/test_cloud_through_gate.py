"""The core's half and the gate's half meet: a real gate process, a provider over real TLS, and the ledger between."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from aspen.cloud.cloud_model import CloudModel
from aspen.cloud.gate_client import GateClient
from aspen.cloud.prices import ModelPrices, Rate
from aspen.core.answer import Event, Finished, Sent, TextDelta
from aspen.core.errors import KeyRejected, StaysHere
from aspen.core.label import PUBLIC, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.core.request import Request
from aspen.providers.catalogue import shipped_providers
from fakes.certificates import Authority
from fakes.fixed_clock import FixedClock
from fakes.gate_process import RunningGate, started_gate
from fakes.processes import becomes
from fakes.provider_rows import KEY
from fakes.tls_provider import Ending, Reply, TlsProvider

RULES = '[[rule]]\nthen = "allow"\nto = ["acme"]\n'
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Zürich?"),), label=PUBLIC)
PRICES = ModelPrices(prompt=Rate(steps=((0, 2.0),)), completion=Rate(steps=((0, 10.0),)), listed_on="2026-11-22")
STREAM = (("content-type", "text/event-stream"),)


def _chunk(text: str, **more: object) -> bytes:
    candidate = {"content": {"parts": [{"text": text}]}, **more}
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 4}
    return b"data: " + json.dumps({"candidates": [candidate], "usageMetadata": usage}).encode() + b"\r\n\r\n"


ANSWER = _chunk("Zür") + _chunk("ich", finishReason="STOP")


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[TlsProvider]:
    pieces = tuple(ANSWER[place : place + 17] for place in range(0, len(ANSWER), 17))
    server = TlsProvider(authority=Authority(tmp_path), answer=lambda _: Reply(headers=STREAM, pieces=pieces))
    with server.in_thread():
        yield server


@pytest.fixture
def gate(tmp_path: Path, provider: TlsProvider) -> Iterator[RunningGate]:
    with started_gate(tmp_path / "gate", rules=RULES) as gate:
        gate.person.connect(_row(provider), KEY)
        yield gate


def _row(server: TlsProvider) -> Provider:
    google = next(each for each in shipped_providers() if each.name == "google")
    card = replace(google.models[0], source="acme")
    return replace(google, name="acme", base_url=server.base_url, ca_file=server.ca_file, models=(card,), prices=None)


def _model(gate: RunningGate, server: TlsProvider) -> CloudModel:
    async def connect() -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with closing(theirs):
            socket.send_fds(gate.link, [b'{"notice":"connection"}'], [theirs.fileno()])
        return ours

    row = _row(server)
    return CloudModel(provider=row, card=row.models[0], gate=GateClient(connect), clock=FixedClock(), prices=PRICES)


async def test_an_answer_comes_through_and_the_ledger_has_its_bytes_and_its_cost(
    gate: RunningGate, provider: TlsProvider
) -> None:
    model = _model(gate, provider)
    sent, *words, finished = [event async for event in model.answer(ASKED)]
    assert words == [TextDelta(text="Zür"), TextDelta(text="ich")]
    assert isinstance(sent, Sent)
    assert isinstance(finished, Finished)
    (received,) = provider.received
    assert received.body == model.outbound(ASKED).body
    assert received.header("x-goog-api-key") == KEY
    shown = gate.person.call("ledger_show", sequence=sent.sequence)
    assert shown["entry"]["body_sha256"] == model.outbound(ASKED).body_sha256
    assert await asyncio.to_thread(
        becomes, lambda: '"cost_microdollars": 58' in json.dumps(gate.person.call("ledger_list"))
    )


async def test_declared_words_stay_here_and_nothing_reaches_the_provider(
    gate: RunningGate, provider: TlsProvider
) -> None:
    private = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)
    with pytest.raises(StaysHere):
        _ = [event async for event in _model(gate, provider).answer(replace(ASKED, label=private))]
    assert provider.received == []


async def test_a_bad_key_is_named_by_the_dialect(gate: RunningGate, provider: TlsProvider) -> None:
    provider.answer = lambda _: Reply(status=401, pieces=(b'{"error": {"status": "UNAUTHENTICATED"}}',))
    with pytest.raises(KeyRejected) as caught:
        _ = [event async for event in _model(gate, provider).answer(ASKED)]
    assert "aspen cloud add acme" in caught.value.hint


async def test_closing_the_answer_closes_the_providers_connection(gate: RunningGate, provider: TlsProvider) -> None:
    provider.answer = lambda _: Reply(headers=STREAM, pieces=(_chunk("Zür"), b"data: "), ending=Ending.SILENT)
    answer = cast("AsyncGenerator[Event]", _model(gate, provider).answer(ASKED))
    async for event in answer:
        if isinstance(event, TextDelta):
            break
    await answer.aclose()
    assert await asyncio.to_thread(becomes, lambda: len(provider.closed_at) == 1)


async def test_the_gate_is_asked_for_its_state(gate: RunningGate, provider: TlsProvider) -> None:
    client = _model(gate, provider).gate
    assert isinstance(client, GateClient)
    status = await client.status()
    assert status["airplane"] is False
    assert await client.note_refusal(_model(gate, provider).outbound(ASKED), ["It stays here."]) > 0
    assert _row(provider).zone is Zone.CLOUD

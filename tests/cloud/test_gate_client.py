"""The core's end of the gate: cleared bytes go out, events come back, and what breaks off is said to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import aclosing

import pytest

from aspen.cloud.gate_client import GateClient
from aspen.core.answer import AwaitingApproval, Sent
from aspen.core.egress import Destination, Outbound
from aspen.core.errors import GateUnreachable, NotRecorded, OverCeiling, StaysHere, error_to_json
from aspen.core.gate_event import GateEvent, ResponseHead, ResponsePiece
from aspen.core.label import PUBLIC
from aspen.core.model_card import Zone
from aspen.core.request import Purpose
from fakes.scripted_gate import END, SENT, Frame, ScriptedGate, head, piece

OUTBOUND = Outbound(
    destination=Destination(provider="anthropic", path="/v1/messages", model="claude-opus-5-5"),
    zone=Zone.CLOUD,
    purpose=Purpose.CHAT,
    label=PUBLIC,
    body=b'{"a":1}',
)
WAITING: Frame = ({"event": "awaiting_approval", "nonce": "ab", "body_sha256": "cd", "provider": "anthropic"}, b"")


def _error(error: Exception) -> Frame:
    assert isinstance(error, StaysHere | NotRecorded)
    return {"event": "error", **error_to_json(error)}, b""


async def _send(gate: ScriptedGate, client: GateClient | None = None) -> list[GateEvent]:
    return [event async for event in (client or GateClient(gate.connect)).send(OUTBOUND)]


async def test_cleared_bytes_go_out_and_events_come_back() -> None:
    frames = (WAITING, SENT, head(200, [("content-type", "text/event-stream")]), piece(b"data"), piece(b""), END)
    async with ScriptedGate(frames=frames) as gate:
        events = await _send(gate)
        envelope = gate.envelope()
    assert events == [
        AwaitingApproval(nonce="ab", body_sha256="cd", provider="anthropic"),
        Sent(sequence=7, provider="anthropic", body_bytes=2),
        ResponseHead(status=200, headers=(("content-type", "text/event-stream"),)),
        ResponsePiece(content=b"data"),
        ResponsePiece(content=b""),
    ]
    assert envelope.outbound == OUTBOUND
    assert (envelope.policy_version, envelope.is_preview) == ("v1", False)


async def test_every_send_has_a_nonce_of_its_own() -> None:
    async with ScriptedGate(frames=(SENT, head(), END)) as gate:
        await _send(gate)
        first = gate.envelope().nonce
        await _send(gate)
        assert gate.envelope().nonce != first
    assert len(first) == 32


async def test_the_rules_that_were_judged_by_are_named() -> None:
    async with ScriptedGate(frames=(END,)) as gate:
        await _send(gate, GateClient(gate.connect, policy_version="older"))
        assert gate.envelope().policy_version == "older"


async def test_the_cost_is_asked_for_after_the_last_byte_and_told() -> None:
    read = 0

    def tell_cost() -> int:
        return 100 * read

    async with ScriptedGate(frames=(SENT, head(), piece(b"abc"), END)) as gate:
        async for _ in GateClient(gate.connect).send(OUTBOUND, tell_cost):
            read += 1
        assert await gate.settlement() == {"do": "settle", "cost_microdollars": 300}


async def test_a_preview_says_so_and_settles_nothing() -> None:
    async with ScriptedGate(frames=(WAITING, END)) as gate:
        events = [event async for event in GateClient(gate.connect).preview(OUTBOUND)]
        await gate.gone.wait()
        assert gate.envelope().is_preview
        assert gate.settled == []
    assert [type(event) for event in events] == [AwaitingApproval]


@pytest.mark.parametrize("error", [OverCeiling("Too dear.", facts={"ceiling": "day"}), NotRecorded("Disk full.")])
@pytest.mark.parametrize("before", [(), (WAITING,), (SENT, head(), piece(b"x"))])
async def test_what_the_gate_refuses_with_is_raised(error: Exception, before: Iterable[Frame]) -> None:
    async with ScriptedGate(frames=(*before, _error(error))) as gate:
        with pytest.raises(type(error)) as caught:
            await _send(gate)
    assert str(caught.value) == str(error)


@pytest.mark.parametrize(
    ("frames", "tail"),
    [
        ((), b""),
        ((SENT,), b""),
        ((SENT, head(), piece(b"half")), b""),
        ((SENT, head()), b"\x00\x00"),
        ((), b"\xff" * 16),
        ((({"event": "sing"}, b""),), b""),
        ((({"event": "head", "status": "200", "headers": [["a", "b"]]}, b""),), b""),
        ((({"event": "head", "status": 200}, b""),), b""),
        ((({"event": "head", "status": 200, "headers": [["a"]]}, b""),), b""),
        ((({"event": "sent", "sequence": -1, "body_bytes": 2}, b""),), b""),
        ((({"event": "awaiting_approval", "nonce": 5}, b""),), b""),
    ],
)
async def test_an_exchange_without_its_end_is_a_gate_that_is_gone(frames: tuple[Frame, ...], tail: bytes) -> None:
    async with ScriptedGate(frames=frames, tail=tail) as gate:
        with pytest.raises(GateUnreachable) as caught:
            await _send(gate)
    assert caught.value.retryable
    assert len(gate.asked) == 1


@pytest.mark.parametrize("hello", [b"\xff" * 16, {"event": "sing"}, {"clearance_key": "no hex"}])
async def test_a_gate_that_does_not_greet_is_told_nothing(hello: bytes | dict[str, object]) -> None:
    async with ScriptedGate(hello=hello, frames=(END,)) as gate:
        with pytest.raises(GateUnreachable):
            await _send(gate)
        await gate.gone.wait()
    assert gate.asked == []


async def test_closing_the_generator_closes_the_connection() -> None:
    async with ScriptedGate(frames=(SENT, head(), piece(b"x")), waits_at_the_end=True) as gate:
        async with aclosing(GateClient(gate.connect).send(OUTBOUND)) as events:
            async for event in events:
                if isinstance(event, ResponsePiece):
                    break
        async with asyncio.timeout(5):
            await gate.gone.wait()
        assert gate.settled == []


async def test_cancelling_closes_the_connection() -> None:
    async with ScriptedGate(frames=(WAITING,), waits_at_the_end=True) as gate:
        waiting = asyncio.Event()

        async def wait_for_ever() -> None:
            async for _ in GateClient(gate.connect).send(OUTBOUND):
                waiting.set()

        task = asyncio.create_task(wait_for_ever())
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            await gate.gone.wait()


async def test_a_refusal_of_the_cores_own_is_noted() -> None:
    async with ScriptedGate(frames=(({"event": "noted", "sequence": 9}, b""),)) as gate:
        assert await GateClient(gate.connect).note_refusal(OUTBOUND, ["It stays here."]) == 9
    told, body = gate.asked[0]
    assert (told["do"], told["reasons"], body) == ("refused", ["It stays here."], OUTBOUND.body)


async def test_the_status_is_what_the_gate_says() -> None:
    async with ScriptedGate(frames=(({"event": "status", "airplane": True}, b""),)) as gate:
        assert (await GateClient(gate.connect).status())["airplane"] is True
    assert gate.asked[0][0] == {"do": "status"}


async def test_a_large_body_arrives_whole() -> None:
    body = b"x" * (3 << 20)
    outbound = Outbound(
        destination=OUTBOUND.destination, zone=Zone.CLOUD, purpose=Purpose.CHAT, label=PUBLIC, body=body
    )
    async with ScriptedGate(frames=(SENT, head(), END)) as gate:
        async for _ in GateClient(gate.connect).send(outbound):
            pass
        assert gate.envelope().outbound.body == body


async def test_a_connection_asked_for_ahead_serves_the_first_send_alone() -> None:
    async with ScriptedGate(frames=(SENT, head(), END)) as gate:
        asked_for = 0

        async def connect() -> socket.socket:
            nonlocal asked_for
            asked_for += 1
            return await gate.connect()

        client = GateClient(connect)
        with client.connecting_ahead():
            await asyncio.sleep(0)
            assert asked_for == 1
            await _send(gate, client)
            assert asked_for == 1
            await _send(gate, client)
        assert asked_for == 2


async def test_a_connection_asked_for_ahead_and_not_used_is_closed() -> None:
    async with ScriptedGate() as gate:
        with GateClient(gate.connect).connecting_ahead():
            await asyncio.sleep(0)
        await asyncio.wait_for(gate.gone.wait(), 10.0)


async def test_a_gate_that_does_not_start_is_told_of_where_it_is_needed_and_nowhere_else() -> None:
    async def refuse() -> socket.socket:
        raise GateUnreachable("It does not start.")

    client = GateClient(refuse)
    with client.connecting_ahead():
        await asyncio.sleep(0)
    with client.connecting_ahead(), pytest.raises(GateUnreachable):
        await anext(client.send(OUTBOUND))

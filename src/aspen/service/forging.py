"""What no honest core says to the gate, said to it: clearances that do not fit, and words that are a person's alone.

A compromised core could say all of this. It has the key of its run's clearances, so a label that it lies about from
the start is not among these: that one goes to a provider that the user connected, and into the ledger.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace

from aspen.cloud.gate_client import Connect
from aspen.core.egress import Envelope, Outbound, clearance, envelope_to_json
from aspen.core.errors import (
    AspenError,
    GateUnreachable,
    LedgerBroken,
    Misused,
    NotRecorded,
    StaysHere,
    error_from_json,
)
from aspen.core.label import PUBLIC
from aspen.core.wire import Head, WireReader, to_wire

UNRECORDABLE = (LedgerBroken, NotRecorded)
"""Where the ledger takes no entry, nothing is sent either."""

_READ_BYTES = 1 << 16
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """One way to lie. `verb` is a person's word, said in the core's place; else an envelope is forged.

    `clears_label` writes a laxer label on what was cleared, `clears_body` swaps the bytes, `is_repeated` uses a good
    clearance twice; with none of these the clearance is made up.
    """

    words: str
    verb: str = ""
    clears_label: bool = False
    clears_body: bool = False
    is_repeated: bool = False


FORGERIES = (
    Forgery(words="a made-up clearance"),
    Forgery(words="a label that was made laxer after the clearance", clears_label=True),
    Forgery(words="other bytes than those that were cleared", clears_body=True),
    Forgery(words="a clearance that was used before", is_repeated=True),
    *(
        Forgery(words=f"a person's word ({verb}) from the core", verb=verb)
        for verb in ("approve", "connect", "airplane", "ledger_forget", "stop")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`is_blocked` says that the ledger has an entry of it; `refused_before` counts honest tries before it."""

    is_turned_away: bool
    is_blocked: bool = False
    refused_before: int = 0


async def forge(connect: Connect, outbound: Outbound, policy_version: str, forgery: Forgery) -> Outcome:
    """Try one. Raises GateUnreachable where the gate says nothing."""
    if forgery.verb:
        told: Head = {"do": forgery.verb, "nonce": "0" * 32, "on": False, "sequence": 1, "name": "practice"}
        return Outcome(is_turned_away=isinstance(await _say(connect, lambda _key: told, b""), Misused))
    envelope = Envelope(outbound=outbound, policy_version=policy_version, nonce=secrets.token_hex(16))
    refused_before = 0
    if forgery.is_repeated:
        first = await _say(connect, lambda key: _honest(envelope, key), outbound.body)
        refused_before = int(isinstance(first, StaysHere))
    body = outbound.body[::-1] if forgery.clears_body else outbound.body
    answer = await _say(connect, lambda key: _forged(envelope, key, forgery), body)
    # A refusal would mean that the forgery was believed and only its label was not.
    is_blocked = isinstance(answer, StaysHere) and "sequence" in answer.facts
    is_turned_away = is_blocked or isinstance(answer, UNRECORDABLE)
    return Outcome(is_turned_away=is_turned_away, is_blocked=is_blocked, refused_before=refused_before)


def _honest(envelope: Envelope, key: bytes) -> Head:
    return {"do": "send", "envelope": envelope_to_json(envelope), "clearance": clearance(envelope, key)}


def _forged(envelope: Envelope, key: bytes, forgery: Forgery) -> Head:
    if forgery.clears_label:
        lax = replace(envelope, outbound=replace(envelope.outbound, label=PUBLIC))
        return {**_honest(envelope, key), "envelope": envelope_to_json(lax)}
    if forgery.clears_body or forgery.is_repeated:
        return _honest(envelope, key)
    return {**_honest(envelope, key), "clearance": secrets.token_hex(32)}


async def _say(connect: Connect, told: Callable[[bytes], Head], body: bytes) -> AspenError | None:
    """Say one thing to the gate, knowing its key; return the error that it answers with, None for anything else."""
    reader, writer = await asyncio.open_unix_connection(sock=await connect())
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            frames = _frames(reader)
            hello = await anext(frames)
            writer.write(to_wire(told(bytes.fromhex(str(hello["clearance_key"]))), body))
            await writer.drain()
            head = await anext(frames)
    except (TimeoutError, StopAsyncIteration, ConnectionError):
        raise GateUnreachable("The gate does not answer.", hint="See the log.") from None
    finally:
        writer.transport.abort()
    return error_from_json(head) if head.get("event") == "error" else None


async def _frames(reader: asyncio.StreamReader) -> AsyncGenerator[Head]:
    wire = WireReader()
    while content := await reader.read(_READ_BYTES):
        for head, _ in wire.feed(content):
            yield head

"""One request on its way out: judged, if need be shown to a person, recorded, sent, and its end recorded too.

The order is the promise. Nothing is written to the provider before the ledger has the entry on the disk, and the
bytes that are sent are the very object whose hash was judged, shown and recorded.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from aspen.core.egress import Envelope, Outbound, Verdict, is_cost
from aspen.core.errors import AspenError, Declined, GateUnreachable, NeedsApproval, StaysHere
from aspen.core.gate_event import ResponseHead, ResponsePiece
from aspen.core.policy import Ceilings
from aspen.core.provider import Provider
from aspen.egress.gate.approvals import Answer, Held
from aspen.egress.gate.frames import FrameStream
from aspen.egress.gate.judging import Passed
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.records import Approval
from aspen.egress.gate.response import NEVER_BEGUN, Response
from aspen.egress.gate.spending import NOTHING_SPENT
from aspen.egress.ledger.entry import LedgerEntry
from aspen.egress.sending.target import Target, target_for
from aspen.privacy.ceilings import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cleared:
    """What was judged and asked about: the row of the provider as it was then, who allowed it, and where it leads."""

    row: Provider
    approval: Approval
    target: Target


class Departure:
    """One admitted envelope. Cancelling it drops what waits, or ends the provider's connection and records that."""

    def __init__(self, parts: Parts, stream: FrameStream, envelope: Envelope) -> None:
        self._parts = parts
        self._stream = stream
        self._envelope = envelope

    async def run(self) -> None:
        """See it to its end. Raises the AspenError that ended it, once that is recorded."""
        if self._envelope.is_preview:
            await self._show()
            return
        try:
            cleared = await self._clear()
            sent = await self._record(cleared)
        except AspenError as error:
            if verdict := _verdict_of(error):
                await self._parts.records.kept_back(self._known(), verdict, (error.sentence,))
            raise
        await self._send(sent, cleared.target)

    async def _show(self) -> None:
        """Hold it until a person has seen it, then drop it."""
        passed = self._parts.judging.weigh(self._envelope, await self._spent())
        await self._wait_for_person(passed)
        await self._stream.say({"event": "end"})

    async def _clear(self) -> _Cleared:
        """Ask whoever must be asked. The key is fetched before anything is recorded: without one, nothing is sent."""
        parts = self._parts
        passed = parts.judging.weigh(self._envelope, await self._spent())
        approval = Approval.CONVERSATION if passed.is_remembered else Approval.RULES
        if passed.asks:
            answer = await self._wait_for_person(passed)
            if answer is not Answer.APPROVED:
                raise _declined(answer)
            approval = Approval.PERSON
        provider = await parts.destinations.resolve(passed.provider)
        key = await parts.keys.of(provider)
        target = target_for(provider, self._outbound.destination.path, key)
        return _Cleared(row=passed.provider, approval=approval, target=target)

    async def _wait_for_person(self, passed: Passed) -> Answer:
        """Raises NeedsApproval when nobody answers in time."""
        held = Held(
            envelope=self._envelope,
            provider=passed.provider,
            reasons=passed.asks,
            since=datetime.now(UTC),
            answer=asyncio.get_running_loop().create_future(),
        )
        waits = self._parts.waits
        with self._parts.approvals.holding(held):
            await self._stream.say(
                {
                    "event": "awaiting_approval",
                    "nonce": held.nonce,
                    "body_sha256": self._outbound.body_sha256,
                    "provider": passed.provider.name,
                    "reasons": list(passed.asks),
                }
            )
            try:
                async with asyncio.timeout(waits.approval_seconds):
                    return await held.answer
            except TimeoutError:
                raise NeedsApproval(
                    f"Not sent: nobody has answered within {waits.approval_seconds:g} seconds.",
                    hint="Ask again, look at the preview, and approve it.",
                    facts={"nonce": held.nonce, "body_sha256": self._outbound.body_sha256},
                ) from None

    async def _record(self, cleared: _Cleared) -> LedgerEntry:
        """Judge once more, now that all waiting is over, and write it down. One at a time, or two could spend twice."""
        parts = self._parts
        async with parts.recording:
            passed = parts.judging.weigh(self._envelope, await self._spent())
            if passed.provider != cleared.row:
                raise GateUnreachable(f"Where {passed.provider.title} is has changed meanwhile.", hint="Ask again.")
            if passed.asks and cleared.approval is not Approval.PERSON:
                raise NeedsApproval("Not sent: you must be asked first now.", hint="Ask again.")
            host = cleared.target.address.host
            writing = asyncio.ensure_future(parts.records.sent(self._known(), host, cleared.approval))
            try:
                return await asyncio.shield(writing)
            except asyncio.CancelledError:
                # The entry is being written and cannot be called back: its end must be there too.
                await parts.records.ended(await writing, NEVER_BEGUN)
                raise

    async def _send(self, sent: LedgerEntry, target: Target) -> None:
        """Send, pass on what comes, and record the end, whatever it is."""
        response = Response()
        try:
            await self._stream.say({"event": "sent", "sequence": sent.sequence, "body_bytes": len(self._outbound.body)})
            async with aclosing(self._parts.transport.send(target, self._outbound.body)) as events:
                async for event in events:
                    response.note(event)
                    await self._pass_on(event)
            response.finish()
            await self._stream.say({"event": "end"})
            response.settle(await self._settled())
        except AspenError as error:
            response.fail(error)
            raise
        finally:
            await self._parts.records.ended(sent, response.ending())

    async def _pass_on(self, event: ResponseHead | ResponsePiece) -> None:
        match event:
            case ResponseHead(status=status, headers=headers):
                await self._stream.say({"event": "head", "status": status, "headers": [list(pair) for pair in headers]})
            case ResponsePiece(content=content):
                await self._stream.say({"event": "piece"}, content)
            case _:
                assert_never(event)

    async def _settled(self) -> int | None:
        """What the core says that the answer has cost; None where it does not say."""
        try:
            async with asyncio.timeout(self._parts.waits.settling_seconds):
                frame = await self._stream.next()
        except TimeoutError:
            return None
        match frame:
            case ({"do": "settle", "cost_microdollars": int() as cost}, _) if is_cost(cost):
                return cost
            case _:
                return None

    async def _spent(self) -> Spent:
        """Sum up what was spent, where a ceiling makes it matter: the ledger's thread is asked only then."""
        has_ceilings = self._parts.judging.rules.current().ceilings != Ceilings()
        return await self._parts.records.spent() if has_ceilings else NOTHING_SPENT

    @property
    def _outbound(self) -> Outbound:
        return self._envelope.outbound

    def _known(self) -> Envelope:
        """The envelope with the gate's own word on how far the provider is; the core's may be out of date."""
        zone = self._parts.judging.connections.zone_of(self._outbound.destination.provider)
        if zone is None or zone is self._outbound.zone:
            return self._envelope
        return replace(self._envelope, outbound=replace(self._outbound, zone=zone))


def _declined(answer: Answer) -> Declined:
    sentence = "there was nobody to ask" if answer is Answer.UNASKED else "you declined it"
    return Declined(f"Not sent: {sentence}.", hint="Answer here: `aspen ask --model local …`.")


def _verdict_of(error: AspenError) -> Verdict | None:
    """How the ledger calls what ended a request before it left; None for what is no refusal of ours."""
    match error:
        case Declined():
            return Verdict.DECLINED
        case StaysHere():
            return Verdict.REFUSED
        case _:
            return None

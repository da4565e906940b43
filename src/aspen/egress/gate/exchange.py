"""One connection of the core: the gate greets, the core asks for one thing, and gets its end or an error.

What a core can say is a table. It cannot approve, connect a provider, see a key or turn airplane mode off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import cast

from aspen.core.egress import Envelope, Verdict
from aspen.core.errors import AspenError, Failed, Misused, error_to_json
from aspen.egress.gate.admission import nameless, read_envelope
from aspen.egress.gate.departure import Departure
from aspen.egress.gate.frames import FrameStream
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.person_socket import log_defect
from aspen.egress.gate.status import status_of

Json = Mapping[str, object]

_MOST_REASONS = 20
_LONGEST_REASON = 500


class Exchange:
    """`halt` ends it from outside, for example when airplane mode is turned on."""

    def __init__(self, parts: Parts, stream: FrameStream) -> None:
        self._parts = parts
        self._stream = stream
        self._halted: asyncio.Future[AspenError] = asyncio.get_running_loop().create_future()
        self._verbs: Mapping[str, Callable[[Json, bytes], Awaitable[None]]] = {
            "send": self._send,
            "refused": self._refused,
            "status": self._status,
        }

    def halt(self, error: AspenError) -> None:
        """Have the core told that this is why it ended."""
        if not self._halted.done():
            self._halted.set_result(error)

    async def run(self) -> None:
        """From greeting to end. The core going away cancels whatever is under way."""
        working = asyncio.create_task(self._work())
        gone = asyncio.create_task(self._stream.gone.wait())
        try:
            await asyncio.wait((working, gone, self._halted), return_when=asyncio.FIRST_COMPLETED)
        finally:
            working.cancel()
            gone.cancel()
            outcome, _ = await asyncio.gather(working, gone, return_exceptions=True)
        error = _error_of(outcome) or (self._halted.result() if self._halted.done() else None)
        if error is not None:
            await self._tell(error)
        self._halted.cancel()
        await self._stream.close()

    async def _work(self) -> None:
        await self._stream.say(self._hello())
        frame = await self._stream.next()
        if frame is None:
            return
        told, body = frame
        verb = self._verbs.get(str(told.get("do")))
        if verb is None:
            raise Misused("The gate does not know what the core wants.")
        await verb(told, body)

    def _hello(self) -> Json:
        judging = self._parts.judging
        return {
            "event": "hello",
            "clearance_key": self._parts.clearance_key.hex(),
            "policy_version": judging.rules.current().version,
            "airplane": judging.airplane.is_on,
            "connected": [provider.name for provider in judging.connections.connected],
        }

    async def _send(self, told: Json, body: bytes) -> None:
        envelope = await self._parts.admission.admit(told, body)
        await Departure(self._parts, self._stream, envelope).run()

    async def _refused(self, told: Json, body: bytes) -> None:
        """The core has refused by itself: that is an entry too, without the words."""
        self._parts.admission.pace.admit(body)
        envelope = read_envelope(told, body) or nameless(body)
        sequence = await self._parts.records.kept_back(_shortened(envelope), Verdict.REFUSED, _reasons(told))
        await self._stream.say({"event": "noted", "sequence": sequence})

    async def _status(self, _told: Json, _body: bytes) -> None:
        await self._stream.say({"event": "status", **await status_of(self._parts)})

    async def _tell(self, error: AspenError) -> None:
        with suppress(ConnectionError):  # nobody listens any more
            await self._stream.say({"event": "error", **error_to_json(error)})


def _error_of(outcome: object) -> AspenError | None:
    """What the core is told about how the work ended. A defect of ours is logged, and told without its values."""
    match outcome:
        case AspenError():
            return outcome
        case None | ConnectionError() | asyncio.CancelledError():
            return None
        case _:
            log_defect(cast("BaseException", outcome))
            return Failed("Something went wrong inside the gate.", hint="The log has the details.")


def _reasons(told: Json) -> tuple[str, ...]:
    reasons = told.get("reasons")
    listed = cast("list[object]", reasons) if isinstance(reasons, list) else []
    return tuple(str(reason)[:_LONGEST_REASON] for reason in listed[:_MOST_REASONS])


def _shortened(envelope: Envelope) -> Envelope:
    """A refusal without clearance has no nonce that anybody could rely on."""
    return replace(envelope, nonce="")

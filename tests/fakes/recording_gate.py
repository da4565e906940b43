"""A gate that lets nothing out and remembers everything that wanted to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from aspen.core.egress import Outbound
from aspen.core.gate_event import GateEvent


class RecordingGate:
    """Implements `core.protocols.Gate`: `sent` is what would have left; what comes back is `reply`."""

    def __init__(self, reply: Iterable[GateEvent] = ()) -> None:
        self._reply = tuple(reply)
        self.sent: list[Outbound] = []

    async def send(self, outbound: Outbound) -> AsyncGenerator[GateEvent]:
        self.sent.append(outbound)
        for event in self._reply:
            yield event

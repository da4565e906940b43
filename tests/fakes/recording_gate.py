"""A gate that lets nothing out and remembers everything that wanted to."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aspen.core.egress import Outbound


class RecordingGate:
    """Implements `core.protocols.Gate`: `sent` is what would have left; what comes back is `reply`."""

    def __init__(self, reply: bytes = b"") -> None:
        self._reply = reply
        self.sent: list[Outbound] = []

    async def send(self, outbound: Outbound) -> AsyncIterator[bytes]:
        self.sent.append(outbound)
        yield self._reply

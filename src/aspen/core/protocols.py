"""The seams: what the pipeline needs from the world, stated by the side that needs it.

Each has a real fake in the tests (a scripted model, a recording gate, a fixed clock).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime
from typing import Protocol

from aspen.core.answer import Event
from aspen.core.egress import Outbound
from aspen.core.gate_event import GateEvent
from aspen.core.request import Request


class Model(Protocol):
    """Something that answers. Local or not, one method."""

    def answer(self, request: Request) -> AsyncIterator[Event]:
        """Stream the answer; closing the iterator cancels it. Ends with `Finished` or raises an AspenError."""
        ...


class Gate(Protocol):
    """The one door. Nothing else can reach the internet."""

    def send(self, outbound: Outbound) -> AsyncGenerator[GateEvent]:
        """Have exactly these bytes judged, recorded and sent, and stream what comes back.

        Closing the generator closes the provider's connection. Raises StaysHere, NotRecorded, Unreachable,
        ProviderFailed, NoKey, GateUnreachable.
        """
        ...


class Clock(Protocol):
    """Time as an argument, so that tests need no patching."""

    def now(self) -> datetime:
        """The present moment, with its time zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring."""
        ...

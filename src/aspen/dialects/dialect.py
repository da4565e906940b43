"""What the cloud part asks of every dialect: a path, a body, a reader of the answer, and a name for each refusal.

A dialect is pure: it neither sends nor waits. Which provider speaks it, where, and with which key is the catalogue's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from aspen.core.answer import Event, FinishReason, Usage
from aspen.core.errors import AspenError
from aspen.core.model_card import ModelCard
from aspen.core.request import Request

Json = dict[str, object]


class AnswerStream(Protocol):
    """Reads one streamed answer; `finish_reason` and `usage` are whole once `finish` has passed."""

    @property
    def finish_reason(self) -> FinishReason | None: ...

    @property
    def usage(self) -> Usage: ...

    def feed(self, content: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete; they may be cut anywhere. Consume it to its end.

        Raises ProviderFailed, or what the error event inside the stream stands for.
        """
        ...

    def finish(self) -> None:
        """Say that no more bytes come. Raises ProviderFailed when the answer had not ended."""
        ...


class Dialect(Protocol):
    """One wire format, ready to speak to whoever speaks it."""

    @property
    def name(self) -> str: ...

    def path(self, model: str) -> str:
        """Return what stands behind a provider's base URL when this model is asked for a streamed answer."""
        ...

    def encode(self, request: Request, card: ModelCard) -> Json:
        """Write a streaming request body; equal requests give equal bytes once dumped.

        Raises ModelCannot, naming the parameter, for what the dialect has no way to say.
        """
        ...

    def stream(self) -> AnswerStream:
        """Return a fresh reader of one answer."""
        ...

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, provider: str) -> AspenError:
        """Name an error response by its status and the codes in its body, never by its message.

        `headers` may be written in any case; `body` may be cut off or no JSON at all.
        """
        ...

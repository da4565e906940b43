"""A server in clear on the loopback that records requests and answers as told, and each official client at it."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import anthropic
import openai

from fakes.tls_provider import Received, Reply, TlsProvider

Json = Mapping[str, object]

EVENTS = (("content-type", "text/event-stream"),)
JSON = (("content-type", "application/json"),)


@dataclass(slots=True)
class Recording:
    """`reply` is what the next requests are answered with."""

    reply: Reply = field(default_factory=Reply, repr=False)
    received: list[Received] = field(default_factory=list[Received], repr=False)
    origin: str = ""

    def answer(self, received: Received) -> Reply:
        """Record, and answer as told."""
        self.received.append(received)
        return self.reply

    @property
    def last_body(self) -> Json:
        """The body of the last request, as JSON."""
        return cast("Json", json.loads(self.received[-1].body))

    def openai(self) -> openai.OpenAI:
        """Return the official client, pointed here."""
        return openai.OpenAI(api_key="none", base_url=f"{self.origin}/v1", max_retries=0)

    def anthropic(self) -> anthropic.Anthropic:
        """Return the official client, pointed here."""
        return anthropic.Anthropic(api_key="none", base_url=self.origin, max_retries=0)


@contextmanager
def recording() -> Generator[Recording]:
    """Serve until the block ends."""
    told = Recording()
    with TlsProvider(authority=None, answer=told.answer).in_thread() as server:
        told.origin = server.origin
        yield told


def cut(wire: bytes, places: Iterable[int]) -> tuple[bytes, ...]:
    """Cut bytes at these places; no piece is empty."""
    ends = [0, *sorted({place for place in places if 0 < place < len(wire)}), len(wire)]
    return tuple(wire[begin:end] for begin, end in pairwise(ends))


def events(*payloads: Json, named: bool) -> bytes:
    """Write a stream of server-sent events by hand, with the event's name where the dialect has one."""
    lines: list[str] = []
    for payload in payloads:
        name = f"event: {payload['type']}\n" if named else ""
        lines.append(f"{name}data: {json.dumps(payload)}\n\n")
    return "".join(lines).encode()

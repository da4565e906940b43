"""One send through a real transport, for tests."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from aspen.core.errors import AspenError
from aspen.core.gate_event import ResponseHead
from aspen.core.provider import Provider
from aspen.egress.sending.address import origin_of
from aspen.egress.sending.limits import WireLimits
from aspen.egress.sending.target import target_for
from aspen.egress.sending.transport import Transport
from fakes.provider_rows import KEY

PATH = "/v1/chat/completions"


def transport_for(provider: Provider, limits: WireLimits | None = None, proxy: str | None = None) -> Transport:
    """Return a transport that may ask this one provider."""
    return Transport(origins=lambda: {origin_of(provider)}, limits=limits, proxy=proxy)


async def collect(
    provider: Provider,
    body: bytes = b"{}",
    *,
    path: str = PATH,
    limits: WireLimits | None = None,
    proxy: str | None = None,
) -> tuple[ResponseHead, bytes]:
    """Send once and return the whole response."""
    head: ResponseHead | None = None
    content = bytearray()
    target = target_for(provider, path, KEY)
    async for event in transport_for(provider, limits, proxy).send(target, body):
        if isinstance(event, ResponseHead):
            head = event
        else:
            content += event.content
    assert head is not None
    return head, bytes(content)


async def failure(coming: Awaitable[object]) -> AspenError:
    """Return the error that this ends with."""
    with pytest.raises(AspenError) as caught:
        await coming
    return caught.value

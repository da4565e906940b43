"""The headers that would go with a preview's bytes, for a person to see: all of them, with the key's end alone."""

from __future__ import annotations

import asyncio

from aspen.core.errors import AspenError, NoKey
from aspen.egress.gate.approvals import Held
from aspen.egress.gate.keys import Keys
from aspen.egress.sending.headers import Headers
from aspen.egress.sending.target import target_for

_PATIENCE_SECONDS = 2.0
_HIDDEN = "****"
_SHOWN_CHARACTERS = 4
_SHORTEST_PARTLY_SHOWN = 16


async def shown_headers(keys: Keys, held: Held) -> Headers:
    """Return what the provider would see above the body; nothing where it could never be sent."""
    outbound = held.envelope.outbound
    try:
        target = target_for(held.provider, outbound.destination.path, await _masked_key(keys, held))
    except AspenError:
        return ()  # the practice provider has no address before it runs, and an odd path is refused when it is sent
    return (*target.headers, ("content-length", str(len(outbound.body))))


async def _masked_key(keys: Keys, held: Held) -> str | None:
    """A keyring that asks its person for a password does not hold up the preview."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            key = await keys.of(held.provider)
    except (NoKey, TimeoutError):
        return _HIDDEN
    return None if key is None else masked(key)


def masked(key: str) -> str:
    """Return four stars and the last four characters; a short key shows none of its own."""
    return _HIDDEN + (key[-_SHOWN_CHARACTERS:] if len(key) >= _SHORTEST_PARTLY_SHOWN else "")

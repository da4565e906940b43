"""Where one request goes and what stands above it: everything about a send but its bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from aspen.core.provider import Provider
from aspen.egress.sending.address import Address, address_of
from aspen.egress.sending.headers import Headers, request_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`headers` hold the key, and so are never part of a representation that could end in a log."""

    provider: Provider
    address: Address
    headers: Headers = field(repr=False)


def target_for(provider: Provider, path: str, key: str | None) -> Target:
    """Build the target of `path` at a provider. Raises as `address_of` and `request_headers` do."""
    address = address_of(provider, path)
    return Target(provider=provider, address=address, headers=request_headers(provider, address.host_header, key))

"""Rows for fake providers, as a catalogue or `aspen cloud add` would make them."""

from __future__ import annotations

from aspen.core.model_card import Zone
from aspen.core.provider import KeyHeader, Provider
from fakes.tls_provider import TlsProvider

KEY = "sk-test-0123456789"


def plain_provider(
    base_url: str,
    *,
    ca_file: str | None = None,
    name: str = "acme",
    zone: Zone = Zone.CLOUD,
    headers: tuple[tuple[str, str], ...] = (),
) -> Provider:
    """Return a provider that wants a bearer token."""
    return Provider(
        name=name,
        title=name.capitalize(),
        zone=zone,
        dialect="openai_chat",
        base_url=base_url,
        key_header=KeyHeader(name="authorization", prefix="Bearer "),
        headers=headers,
        ca_file=ca_file,
    )


def provider_at(server: TlsProvider, name: str = "acme") -> Provider:
    """Return the row for a running fake, trusting its authority alone."""
    ca_file = None if server.authority is None else server.ca_file
    return plain_provider(server.base_url, ca_file=ca_file, name=name)

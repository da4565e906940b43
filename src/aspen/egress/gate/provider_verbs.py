"""What a person may do with providers: see them, connect one with its key, and take one off the list."""

from __future__ import annotations

from aspen.core.errors import Misused, NoKey
from aspen.core.provider import Provider
from aspen.egress.gate.arguments import Json, flag, text, text_or_none
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.person_socket import Frames
from aspen.egress.sending.address import base_of, origin_of
from aspen.egress.sending.headers import request_headers
from aspen.providers.provider_json import provider_to_json

_SCHEMA = 1


async def providers(parts: Parts, _arguments: Json) -> Frames:
    """Every provider on the list, and whether its key is there."""
    connections = parts.judging.connections
    usable = {provider.name: provider for provider in connections.connected}
    yield {
        "result": {
            "schema": _SCHEMA,
            "providers": [
                {
                    "name": each.name,
                    "is_usable": each.name in usable,
                    "has_key": each.has_key,
                    "is_own": each.row is not None,
                    "connected_at": each.connected_at.isoformat(),
                    "row": provider_to_json(usable[each.name]) if each.name in usable else None,
                }
                for each in connections.every
            ],
        }
    }


async def provider(parts: Parts, arguments: Json) -> Frames:
    """One that Aspen knows or that is connected: what it is called, where it is, and whether it wants a key."""
    connections, name = parts.judging.connections, text(arguments, "name")
    connected = next((each for each in connections.connected if each.name == name), None)
    found = connected or connections.plan(name, None, None)
    yield {
        "result": {
            "schema": _SCHEMA,
            "name": found.name,
            "title": found.title,
            "host": base_of(found).host if found.base_url else "",
            "wants_key": found.key_header is not None,
            "is_connected": connected is not None,
        }
    }


async def connect(parts: Parts, arguments: Json) -> Frames:
    """Put a provider on the list; its key goes to the vault before that, so that the list never promises too much."""
    connections = parts.judging.connections
    certificate_pem = text_or_none(arguments, "certificate_pem")
    provider = connections.plan(text(arguments, "name"), arguments.get("row"), certificate_pem)
    key = text_or_none(arguments, "key")
    _check(provider, key)
    place = None
    if key is not None:
        place = await parts.keys.keep(provider.name, key, file_is_allowed=flag(arguments, "file_is_allowed"))
    connections.connect(provider, certificate_pem, has_key=key is not None)
    yield {"result": {"schema": _SCHEMA, "place": place, "row": provider_to_json(provider)}}


async def disconnect(parts: Parts, arguments: Json) -> Frames:
    """Take a provider off the list, and forget its key and what chats were opened to it."""
    name = text(arguments, "name")
    had_key = any(each.name == name and each.has_key for each in parts.judging.connections.every)
    parts.judging.connections.disconnect(name)
    parts.judging.remembered.forget_provider(name)
    if had_key:
        await parts.keys.forget(name)
    yield {"result": {"schema": _SCHEMA, "name": name}}


def _check(provider: Provider, key: str | None) -> None:
    """Raises for a row or a key that no request could carry, before anything is kept."""
    if provider.base_url:
        origin_of(provider)
    if provider.key_header is None and key is not None:
        raise Misused(f"{provider.title} takes no key.", hint="Leave the key away.")
    if provider.key_header is not None and key is None:
        raise NoKey(
            f"{provider.title} wants a key.",
            hint=f"Get one from its website, then: `aspen cloud add {provider.name}`.",
            facts={"provider": provider.name, "key_variable": provider.key_variable},
        )
    request_headers(provider, "", key)

"""From a provider and a path to the one address that is asked. Refuses whatever could lead anywhere else.

Nothing here resolves a name: an address that is refused was never looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from aspen.core.errors import Misused, StaysHere
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.providers.server_url import BaseUrl, parse_base_url

_LONGEST_PATH = 512
_PATH = re.compile(r"(?P<path>(?:/[A-Za-z0-9._~:@-]+)+)(?:\?(?:alt|api-version|beta)=[A-Za-z0-9.-]{1,32})?")
"""What dialects ask for. The few query names are those of providers' public APIs; none of them carries a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`url` is what is asked, `host_header` what it is called there, `origin` scheme, host and port."""

    url: str
    origin: str
    host: str
    port: int
    host_header: str
    is_loopback: bool


def address_of(provider: Provider, path: str) -> Address:
    """Return where `path` of a provider's dialect is asked.

    Raises Misused for a base URL that cannot be used, and StaysHere for a path that is none of a dialect's.
    """
    matched = _PATH.fullmatch(path) if len(path) <= _LONGEST_PATH else None
    if matched is None or any(not segment.strip(".") for segment in matched["path"].split("/")[1:]):
        raise StaysHere(
            f"Not sent: {provider.title} was to be asked for something that is not part of its interface.",
            hint="If the model's name holds unusual characters, correct it.",
            facts={"provider": provider.name},
        )
    base = base_of(provider)
    # The name localhost would be looked up like any other; in clear text only the loopback address itself is good.
    is_plain_name = not base.is_encrypted and base.host == "localhost"
    connected = replace(base, host="127.0.0.1") if is_plain_name else base
    return Address(
        url=f"{connected}{path}",
        origin=base.origin,
        host=base.host,
        port=base.port,
        host_header=base.authority,
        is_loopback=base.is_loopback,
    )


def origin_of(provider: Provider) -> str:
    """Return scheme, host and port of a provider. Raises Misused like `address_of`."""
    return base_of(provider).origin


def base_of(provider: Provider) -> BaseUrl:
    """Take a provider's base URL apart, which must be written as the list of providers writes it. Raises Misused."""
    written = provider.base_url
    try:
        base = parse_base_url(written)
    except ValueError as error:
        raise _unusable(provider, f"{error}") from None
    if str(base) != written:
        raise _unusable(provider, f"it would be written {str(base)[:200]!a}")
    if not base.is_encrypted and not (base.is_loopback or _is_own_and_near(provider, base)):
        raise Misused(
            f"The address {written[:200]!a} would send words and key in clear text.",
            hint="Use https://. Plain http:// is only for a server on this computer, or your own in a private network.",
        )
    return base


def _is_own_and_near(provider: Provider, base: BaseUrl) -> bool:
    """A server that its owner declared their own, by an address or name that the internet does not know."""
    return provider.zone is Zone.OWN_SERVERS and base.is_private


def _unusable(provider: Provider, why: str) -> Misused:
    return Misused(
        f"The address {provider.base_url[:200]!a} cannot be used for a provider: {why}.",
        hint="Write https://, the host's name in plain ASCII letters, if need be a port, and a path without a "
        "slash at its end; no user name, no query.",
    )

"""From a provider and a path to the one address that is asked. Refuses whatever could lead anywhere else.

Nothing here resolves a name: an address that is refused was never looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from aspen.core.errors import Misused, StaysHere
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.providers.server_url import parse_base_url

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LARGEST_PORT = 65535
_LONGEST_HOST = 253
_LONGEST_PATH = 512

_BASE_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~-]+)*)"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
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
    if matched is None or _climbs(matched["path"]):
        raise StaysHere(
            f"Not sent: {provider.title} was to be asked for something that is not part of its interface.",
            hint="If the model's name holds unusual characters, correct it.",
            facts={"provider": provider.name},
        )
    base = _parse(provider)
    # The name localhost would be looked up like any other; in clear text only the loopback address itself is good.
    is_plain = base["scheme"] == "http"
    connected_host = "127.0.0.1" if is_plain and base["host"].lower() == "localhost" else base["host"].lower()
    port = int(base["port"] or _DEFAULT_PORTS[base["scheme"]])
    suffix = "" if port == _DEFAULT_PORTS[base["scheme"]] else f":{port}"
    return Address(
        url=f"{base['scheme']}://{connected_host}{suffix}{base['path']}{path}",
        origin=f"{base['scheme']}://{base['host'].lower()}:{port}",
        host=base["host"].lower().strip("[]"),
        port=port,
        host_header=f"{base['host'].lower()}{suffix}",
        is_loopback=_is_loopback(base["host"].lower()),
    )


def origin_of(provider: Provider) -> str:
    """Return scheme, host and port of a provider. Raises Misused like `address_of`."""
    base = _parse(provider)
    return f"{base['scheme']}://{base['host'].lower()}:{base['port'] or _DEFAULT_PORTS[base['scheme']]}"


def _parse(provider: Provider) -> re.Match[str]:
    base_url = provider.base_url
    matched = _BASE_URL.fullmatch(base_url)
    if matched is None or _climbs(matched["path"]) or int(matched["port"] or 1) > _LARGEST_PORT:
        raise Misused(
            f"The address {base_url[:200]!a} cannot be used for a provider.",
            hint="Write https://, the host's name in plain ASCII letters, if need be a port, and a path without a "
            "slash at its end; no user name, no query.",
        )
    host = matched["host"].lower()
    if not _is_host(host):
        raise Misused(f"The host {host[:200]!a} is not one that can be asked.", hint="Check the spelling.")
    if matched["scheme"] == "http" and not (_is_loopback(host) or _is_own_and_near(provider, host)):
        raise Misused(
            f"The address {base_url[:200]!a} would send words and key in clear text.",
            hint="Use https://. Plain http:// is only for a server on this computer, or your own in a private network.",
        )
    return matched


def _is_host(host: str) -> bool:
    if _literal(host) is not None:
        return True
    labels = host.split(".")
    # Resolvers read 127.1, 0x7f.1 and 2130706433 as addresses: a last label that begins like a number is no name.
    return (
        len(host) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1][0].isdigit()
    )


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def _is_own_and_near(provider: Provider, host: str) -> bool:
    """A server that its owner declared their own, by an address or name that the internet does not know."""
    return provider.zone is Zone.OWN_SERVERS and parse_base_url(f"http://{host}").is_private


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(host.strip("[]"))
    except ValueError:
        return None
    return found if host.startswith("[") == isinstance(found, IPv6Address) else None


def _climbs(path: str) -> bool:
    return any(not segment.strip(".") for segment in path.split("/")[1:])

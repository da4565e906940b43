"""The headers of every request: the same on every machine, for every workspace and every user but for the key."""

from __future__ import annotations

import re

from aspen.core.errors import BadSetting, NoKey
from aspen.core.provider import Provider

Headers = tuple[tuple[str, str], ...]

CONSTANT: Headers = (
    ("user-agent", "aspen"),
    ("accept", "application/json, text/event-stream"),
    ("accept-encoding", "identity"),
    ("content-type", "application/json"),
    ("connection", "close"),
)

_OURS = frozenset(
    {name for name, _ in CONSTANT}
    | {"host", "content-length", "content-encoding", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
    | {"cookie", "referer", "origin", "from", "forwarded", "via", "x-forwarded-for", "proxy-authorization"}
)
"""What no provider's row may set: how a request is framed, and what says where it comes from."""

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?")
_KEY = re.compile(r"[\x21-\x7e]{1,8192}")


def request_headers(provider: Provider, host_header: str, key: str | None) -> Headers:
    """Return all headers but the length.

    Raises NoKey where the provider wants a key and gets none that can be sent, and BadSetting for a row of the
    provider's that no request can carry.
    """
    return (("host", host_header), *CONSTANT, *_fixed(provider), *_key(provider, key))


def _fixed(provider: Provider) -> Headers:
    for name, value in provider.headers:
        if not _NAME.fullmatch(name) or name.lower() in _OURS or not _VALUE.fullmatch(value):
            raise BadSetting(
                f"The header {name[:100]!a} of {provider.title} cannot be sent.",
                hint="Remove it from the provider's entry. A key belongs to `aspen cloud add`.",
            )
    return tuple((name.lower(), value) for name, value in provider.headers)


def _key(provider: Provider, key: str | None) -> Headers:
    wanted = provider.key_header
    if wanted is None:
        return ()
    if not key:
        raise NoKey(
            f"There is no key for {provider.title}.",
            hint=f"Add it: aspen cloud add {provider.name}",
            facts={"provider": provider.name},
        )
    if not _KEY.fullmatch(key):
        raise NoKey(
            f"The key for {provider.title} holds characters that no key has.",
            hint=f"Perhaps a line break or a blank was pasted with it. Add it again: aspen cloud add {provider.name}",
            facts={"provider": provider.name, "key_characters": len(key)},
        )
    return ((wanted.name.lower(), f"{wanted.prefix}{key}"),)

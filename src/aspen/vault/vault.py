"""What a vault is: names in, secrets out. Where they lie is for the implementations; what they mean is for others."""

from __future__ import annotations

import re
from typing import Protocol

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class Vault(Protocol):
    """Keeps small secrets by name. Every method may raise NoKey, with nothing of a secret in it."""

    @property
    def place(self) -> str:
        """Where the secrets lie, in words that follow "kept in"."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a secret, or None where there is none of this name."""

    def write(self, name: str, secret: bytes) -> None:
        """Keep a secret, in place of an older one. It is there when this returns."""

    def delete(self, name: str) -> None:
        """Forget a secret. One that is not there is no error."""


def check_name(name: str) -> str:
    """Return a name that every vault can take: lower-case letters, digits, dot, dash and underscore.

    Raises ValueError: names come from code and from checked provider names, never from a person.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} cannot name a secret")
    return name

"""Keys that open one session: handed to a person's own process over a socket of theirs, good once and for a minute."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

_LIFE_SECONDS = 60.0
_MOST_KEYS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    grant: str
    ends_at: float


class OneTimeKeys:
    """Only digests of keys are held, so that looking one up takes no time that says how near a guess was."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: dict[bytes, _Waiting] = {}

    def issue(self, grant: str = "") -> str:
        """Make a key; `grant` is what whoever brings it is given. The oldest goes when too many wait."""
        key = secrets.token_urlsafe(32)
        self._forget_the_old()
        while len(self._waiting) >= _MOST_KEYS:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[_digest(key)] = _Waiting(grant=grant, ends_at=self._monotonic() + _LIFE_SECONDS)
        return key

    def redeem(self, key: str) -> str | None:
        """Return the grant of a key and use the key up; None for one that is unknown, used or too old."""
        self._forget_the_old()
        found = self._waiting.pop(_digest(key), None)
        return None if found is None else found.grant

    def _forget_the_old(self) -> None:
        now = self._monotonic()
        self._waiting = {digest: each for digest, each in self._waiting.items() if each.ends_at > now}


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()

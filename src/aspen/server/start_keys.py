"""Who may come in: a key for one start, exchanged for a session that a restarted core still knows.

A start key is handed to the person's own process over the command channel, works once, and for a minute. The session is
a message authentication code over its own end, so that nothing needs to be remembered; what signs it lies in the store.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

from aspen.loopback.one_time_keys import OneTimeKeys

COOKIE = "aspen_app"
SESSION_SECONDS = 30 * 24 * 3600


class StartKeys:
    """`secret` signs sessions (32 bytes). `wall` and `monotonic` give seconds."""

    def __init__(
        self,
        secret: bytes,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._wall = wall
        self._keys = OneTimeKeys(monotonic)

    def issue(self) -> str:
        """Make a key that opens one session within the next minute."""
        return self._keys.issue()

    def exchange(self, key: str) -> str | None:
        """Return a session for a start key; None for one that is unknown, used or too old."""
        if self._keys.redeem(key) is None:
            return None
        ends_at = str(int(self._wall()) + SESSION_SECONDS)
        return f"{ends_at}.{self._signature(ends_at)}"

    def knows(self, session: str) -> bool:
        """Whether a session was made here and has not ended."""
        ends_at, _, signature = session.partition(".")
        is_ours = hmac.compare_digest(signature.encode(), self._signature(ends_at).encode())
        return is_ours and int(ends_at) > self._wall()

    def _signature(self, ends_at: str) -> str:
        return hmac.new(self._secret, b"aspen app session " + ends_at.encode(), hashlib.sha256).hexdigest()

"""How much may come through the gate: a bound on one body, and on requests in a minute, against a core gone mad."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from aspen.core.errors import DoesNotFit, RateLimited

LARGEST_BODY_BYTES = 64 << 20
MOST_A_MINUTE = 1200
_WINDOW_SECONDS = 60.0


class Pace:
    """Counts requests over the last minute. `monotonic` gives seconds that never run backwards."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._times: deque[float] = deque()

    def admit(self, body: bytes) -> None:
        """Count one request.

        Raises DoesNotFit for a body that is too large and RateLimited for one request too many.
        """
        now = self._monotonic()
        while self._times and now - self._times[0] >= _WINDOW_SECONDS:
            self._times.popleft()
        if len(self._times) >= MOST_A_MINUTE:
            wait_seconds = _WINDOW_SECONDS - (now - self._times[0])
            raise RateLimited(
                f"More than {MOST_A_MINUTE:,} requests within a minute: the gate lets no more through.",
                hint=f"It does again in {wait_seconds:.0f} s.",
                facts={"most_a_minute": MOST_A_MINUTE, "retry_after_seconds": wait_seconds},
            )
        self._times.append(now)
        if len(body) > LARGEST_BODY_BYTES:
            raise DoesNotFit(
                f"The request has {len(body):,} bytes; the gate sends at most {LARGEST_BODY_BYTES:,}.",
                hint="Attach less, or smaller images.",
                facts={"body_bytes": len(body), "largest_bytes": LARGEST_BODY_BYTES},
            )

"""What has come back of one send so far, and what the ledger shall say of its end."""

from __future__ import annotations

import hashlib
from typing import assert_never

from aspen.core.egress import Verdict
from aspen.core.errors import AspenError, StaysHere
from aspen.core.gate_event import ResponseHead, ResponsePiece
from aspen.egress.gate.records import Ending
from aspen.egress.ledger.ledger import Outcome

_FIRST_ERROR_STATUS = 400
_LARGEST_KEPT_BYTES = 4 << 20

NEVER_BEGUN = Ending(
    outcome=Outcome(
        verdict=Verdict.INTERRUPTED, reasons=("It was stopped before its first byte left.",), cost_microdollars=0
    )
)


class Response:
    """Until it has finished or failed, it counts as interrupted, at the worst cost."""

    def __init__(self) -> None:
        self._cost_microdollars: int | None = None
        self._verdict = Verdict.INTERRUPTED
        self._status: int | None = None
        self._reasons: tuple[str, ...] = ()
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._pieces: list[bytes] = []

    def note(self, event: ResponseHead | ResponsePiece) -> None:
        """Take in what has come."""
        match event:
            case ResponseHead(status=status):
                self._status = status
            case ResponsePiece(content=content):
                self._hash.update(content)
                self._size_bytes += len(content)
                if self._size_bytes <= _LARGEST_KEPT_BYTES:
                    self._pieces.append(content)
            case _:
                assert_never(event)

    def finish(self) -> None:
        """The whole response has come. An error status is a failure of the provider's, and costs nothing."""
        if self._status is None or self._status >= _FIRST_ERROR_STATUS:
            self._verdict, self._cost_microdollars = Verdict.FAILED, 0
        else:
            self._verdict = Verdict.ANSWERED

    def fail(self, error: AspenError) -> None:
        """It ended with an error. What has reached nobody costs nothing."""
        self._verdict, self._reasons = Verdict.FAILED, (error.sentence,)
        if error.facts.get("has_left") is False or isinstance(error, StaysHere):
            self._cost_microdollars = 0

    def settle(self, cost_microdollars: int | None) -> None:
        """What the core says that it has cost; None where it does not say."""
        if cost_microdollars is not None:
            self._cost_microdollars = cost_microdollars

    def ending(self) -> Ending:
        """Return what is recorded. A response beyond 4 MiB is known by its hash alone."""
        is_kept = 0 < self._size_bytes <= _LARGEST_KEPT_BYTES
        outcome = Outcome(
            verdict=self._verdict,
            status=self._status,
            response_bytes=self._size_bytes,
            response_sha256=self._hash.hexdigest(),
            reasons=self._reasons,
            cost_microdollars=self._cost_microdollars,
        )
        return Ending(outcome=outcome, kept=b"".join(self._pieces) if is_kept else None)

"""How much of a document is read at most, and the clock that ends a reading in time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from aspen.core.errors import DoesNotFit


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseBounds:
    """`text_characters` is of what comes out, `unpacked_bytes` of what compressed parts may become."""

    pages: int = 3_000
    text_characters: int = 8 << 20
    unpacked_bytes: int = 64 << 20
    entries: int = 10_000
    depth: int = 200
    seconds: float = 60.0


DEFAULT_BOUNDS = ParseBounds()


class Deadline:
    """Looked at between two steps; a step without end has to be ended from outside, with the process."""

    def __init__(self, bounds: ParseBounds) -> None:
        self._seconds = bounds.seconds
        self._ends = time.monotonic() + bounds.seconds

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._ends

    def check(self, name: str) -> None:
        """Raise DoesNotFit when no time is left."""
        if self.is_over:
            raise DoesNotFit(
                f"Reading {name} took longer than {self._seconds:.0f} seconds.",
                hint="Split it, or save it in another format.",
                facts={"most_seconds": self._seconds},
            )

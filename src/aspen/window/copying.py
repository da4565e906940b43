"""Copies bytes between pairs of connected descriptors, both ways, within bounds. Knows nothing of what they mean."""

from __future__ import annotations

import os
import selectors
from contextlib import suppress

_LARGEST_BUFFER_BYTES = 1 << 18
_READ_BYTES = 1 << 16


class _Direction:
    """One way of a pair: what was read from `source` and not yet written to `target`."""

    def __init__(self, source: int, target: int) -> None:
        self.source = source
        self.target = target
        self.has_ended = False
        self._waiting = bytearray()

    @property
    def wants_to_read(self) -> bool:
        return not self.has_ended and len(self._waiting) < _LARGEST_BUFFER_BYTES

    @property
    def wants_to_write(self) -> bool:
        return bool(self._waiting)

    def read(self) -> None:
        with suppress(BlockingIOError):
            content = os.read(self.source, _READ_BYTES)
            self._waiting += content
            self.has_ended = not content

    def write(self) -> None:
        with suppress(BlockingIOError):
            del self._waiting[: os.write(self.target, self._waiting)]


class Pair:
    """Two connections that are one: when either ends, the other gets what is under way, and ends too."""

    def __init__(self, one: int, other: int) -> None:
        self._ends = (one, other)
        self._directions = (_Direction(one, other), _Direction(other, one))

    def events(self) -> dict[int, int]:
        """Return what each descriptor is waited on for."""
        wanted = dict.fromkeys(self._ends, 0)
        for way in self._directions:
            if way.wants_to_read:
                wanted[way.source] |= selectors.EVENT_READ
            if way.wants_to_write:
                wanted[way.target] |= selectors.EVENT_WRITE
        return wanted

    def on_ready(self, descriptor: int, mask: int) -> None:
        """Move what can be moved. Raises OSError when an end is broken."""
        for way in self._directions:
            if mask & selectors.EVENT_READ and way.source == descriptor and way.wants_to_read:
                way.read()
                if way.wants_to_write:
                    way.write()
            elif mask & selectors.EVENT_WRITE and way.target == descriptor and way.wants_to_write:
                way.write()

    @property
    def is_over(self) -> bool:
        return any(way.has_ended and not way.wants_to_write for way in self._directions)

    def close(self) -> None:
        for descriptor in self._ends:
            os.close(descriptor)


class Copying:
    """All pairs of a forwarder. The descriptors must not block; they are closed here."""

    def __init__(self, waiting: selectors.BaseSelector) -> None:
        self._waiting = waiting
        self._pairs: dict[int, Pair] = {}

    def add(self, one: int, other: int) -> None:
        """Take over a pair of connected descriptors."""
        pair = Pair(one, other)
        self._pairs |= {one: pair, other: pair}
        self._wait(pair)

    def on_ready(self, descriptor: int, mask: int) -> None:
        """Serve a descriptor that the selector named; one whose pair has just ended is passed over."""
        pair = self._pairs.get(descriptor)
        if pair is None:
            return
        self._forget(pair)
        try:
            pair.on_ready(descriptor, mask)
        except OSError:
            self._end(pair)
            return
        if pair.is_over:
            self._end(pair)
        else:
            self._wait(pair)

    def _wait(self, pair: Pair) -> None:
        for descriptor, events in pair.events().items():
            if events:
                self._waiting.register(descriptor, events)

    def _forget(self, pair: Pair) -> None:
        for descriptor in pair.events():
            with suppress(KeyError):
                self._waiting.unregister(descriptor)

    def _end(self, pair: Pair) -> None:
        for descriptor in pair.events():
            del self._pairs[descriptor]
        pair.close()

"""A cursor over the header of a GGUF file: every read is checked against the size of the file first.

Reads a sliding window instead of mapping the file, because a mapped file that another program cuts short kills the
reading process with SIGBUS. Memory stays at one window plus the longest string asked for.
"""

from __future__ import annotations

import os
import struct

from aspen.core.errors import BadModelFile

WINDOW_BYTES = 1 << 20
"""How much is read at once. A header of 10 MB costs ten reads."""

MOST_STRINGS = 4_000_000
"""Walked over in one file. The largest vocabularies have 262,144 tokens and about twice as many merges."""

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class Cursor:
    """Walks one open file from its start. `shown_name` is how sentences call the file."""

    def __init__(self, descriptor: int, shown_name: str) -> None:
        self.position = 0
        self.size = os.fstat(descriptor).st_size
        self.shown_name = shown_name
        self._strings_walked = 0
        self._descriptor = descriptor
        self._window = b""
        self._window_start = 0

    @property
    def left(self) -> int:
        """Bytes between the cursor and the end of the file."""
        return self.size - self.position

    def damaged(self, what: str, **facts: object) -> BadModelFile:
        """Make the error for a file whose header contradicts itself."""
        return BadModelFile(
            f"{self.shown_name} is damaged or was made to do harm: {what}.",
            hint="Download it again, from a source that you trust.",
            facts=facts,
        )

    def require(self, count: int, what: str) -> None:
        """Raise BadModelFile unless `count` more bytes are in the file."""
        if count > self.left:
            raise BadModelFile(
                f"{self.shown_name} is cut off or damaged: {what} needs {count} bytes and only {self.left} are left.",
                hint="Download it again.",
                facts={"needed_bytes": count, "left_bytes": self.left, "missing_bytes": count - self.left},
            )

    def take(self, count: int, what: str) -> bytes:
        """Read `count` bytes and move behind them."""
        start = self.position - self._window_start
        if not 0 <= start <= start + count <= len(self._window):
            self._fill(count, what)
            start = 0
        self.position += count
        return self._window[start : start + count]

    def u32(self, what: str) -> int:
        return _U32.unpack(self.take(4, what))[0]

    def u64(self, what: str) -> int:
        return _U64.unpack(self.take(8, what))[0]

    def string(self, what: str, most_bytes: int) -> bytes:
        """Read a string: a 64-bit length and that many bytes, no more than `most_bytes`."""
        length = self.u64(what)
        self.require(length, what)
        if length > most_bytes:
            raise self.damaged(f"{what} is {length} bytes long, and {most_bytes} is the most", length_bytes=length)
        return self.take(length, what)

    def skip(self, count: int, what: str) -> None:
        """Move over `count` bytes without reading them."""
        self.require(count, what)
        self.position += count

    def skip_strings(self, count: int, what: str) -> None:
        """Move over `count` strings, reading only their lengths: about 0.1 µs for each, and no string is built."""
        self.require(count * 8, what)
        self._strings_walked += count
        if self._strings_walked > MOST_STRINGS:
            raise self.damaged(f"its header lists more than {MOST_STRINGS} texts", string_count=self._strings_walked)
        unpack = _U64.unpack_from
        while count:
            if self.position + 8 > self._window_start + len(self._window) or self.position < self._window_start:
                self._fill(8, what)
            window = self._window
            last = len(window) - 8
            at = self.position - self._window_start
            while at <= last and count:
                at += 8 + unpack(window, at)[0]
                count -= 1
            self.skip(self._window_start + at - self.position, what)

    def _fill(self, count: int, what: str) -> None:
        self.require(count, what)
        wanted = min(max(count, WINDOW_BYTES), self.left)
        try:
            window = os.pread(self._descriptor, wanted, self.position)
            while len(window) < count and (more := os.pread(self._descriptor, wanted, self.position + len(window))):
                window += more
        except OSError as error:
            raise BadModelFile(
                f"{self.shown_name} cannot be read: {error.strerror}.", hint="Check the disk, or download it again."
            ) from error
        if len(window) < count:
            self.size = self.position + len(window)
            self.require(count, what)
        self._window, self._window_start = window, self.position

"""A file that arrives in pieces, over several runs if need be, and is weighed while it arrives."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from aspen.core.errors import ChecksumMismatch

_CHUNK_BYTES = 1024**2

Report = Callable[[int], None]
"""Called with the number of bytes so far."""


class Weight:
    """The running checksum of bytes: the kind that `etag` is of, and SHA-256 in any case.

    64 digits are the SHA-256 of the content, 40 are git's object id of it, which begins with the size
    (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
    """

    def __init__(self, etag: str, size_bytes: int) -> None:
        self._sha256 = hashlib.sha256()
        self._git = None if len(etag) == 64 else hashlib.sha1(b"blob %d\0" % size_bytes, usedforsecurity=False)

    def add(self, piece: bytes | memoryview) -> None:
        self._sha256.update(piece)
        if self._git is not None:
            self._git.update(piece)

    @property
    def etag(self) -> str:
        return self.sha256 if self._git is None else self._git.hexdigest()

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()


def weigh(path: Path, etag: str, report: Report) -> Weight:
    """Read a whole file for its checksum: 5 GB take 3 to 20 seconds."""
    weight = Weight(etag, path.stat().st_size)
    done = 0
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            weight.add(piece)
            done += len(piece)
            report(done)
    return weight


class PartialFile:
    """The bytes of `path` so far with their checksum. The caller holds the lock that makes it the only writer."""

    def __init__(self, path: Path, size_bytes: int, etag: str) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._etag = etag
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        self._weight = Weight(etag, size_bytes)
        self.offset = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def take_up(self, report: Report) -> None:
        """Read what earlier runs have left, so that the checksum covers it. Longer than promised is worth nothing."""
        if os.fstat(self._descriptor).st_size > self._size_bytes:
            self.start_anew()
        while piece := os.read(self._descriptor, _CHUNK_BYTES):
            self._weight.add(piece)
            self.offset += len(piece)
            report(self.offset)

    def start_anew(self) -> None:
        """Throw away what is here."""
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._weight = Weight(self._etag, self._size_bytes)
        self.offset = 0

    def write(self, piece: bytes) -> None:
        """Append a piece. Raises ChecksumMismatch beyond the promised size, and OSError from the disk."""
        if self.offset + len(piece) > self._size_bytes:
            raise self._mismatch(f"The server sends more than the {self._size_bytes} bytes that the hub promised.")
        rest = memoryview(piece)
        while rest:
            written = os.write(self._descriptor, rest)
            self._weight.add(rest[:written])
            self.offset += written
            rest = rest[written:]

    def seal_as(self, target: Path) -> str:
        """Check the whole, flush it and give it its final name; return its SHA-256.

        Raises ChecksumMismatch, with the bad bytes already deleted.
        """
        found = self._weight.etag
        if self.offset != self._size_bytes or found != self._etag:
            raise self._mismatch("What was downloaded is not what the hub promised: its checksum differs.", found)
        os.fsync(self._descriptor)
        self._path.replace(target)
        return self._weight.sha256

    def _mismatch(self, sentence: str, found: str = "") -> ChecksumMismatch:
        self._path.unlink(missing_ok=True)
        return ChecksumMismatch(
            sentence,
            hint="The bad bytes are deleted. Try again; if it happens twice, the server or a proxy alters the file.",
            facts={"expected": self._etag, "found": found, "size_bytes": self._size_bytes},
        )

"""The record of everything that was fetched: append-only lines of JSON, written before the first byte and after it.

A line with outcome `started` that has no later line of the same `id` belongs to a fetch that was killed. A line goes
out in one write to a descriptor opened with O_APPEND, which the kernel does not interleave with others (write(2)), and
is flushed to the disk. Where it cannot be written, nothing is fetched. No reading and no rotation here.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from aspen.core.errors import AspenError, DoesNotFit, Misused, NotWritable, StaysHere

_SCHEMA = 1
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


class Outcome(StrEnum):
    STARTED = "started"
    FETCHED = "fetched"
    REFUSED = "refused"
    FAILED = "failed"


class Origin(StrEnum):
    HUB = "hub"
    PYPI = "pypi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One thing to fetch: `source` is a URL without query or credentials, or a package requirement.

    Sizes and hashes are the promised ones; None where nothing was promised yet.
    """

    origin: Origin
    source: str
    size_bytes: int | None
    sha256: str | None


class Spool:
    """An open record file. Use as a context manager; `Fetch`es are recorded with `watch`."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now
        try:
            path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, _PRIVATE_FILE)
        except OSError as error:
            raise self._not_writable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def watch(self, fetch: Fetch) -> Watch:
        """Record that `fetch` begins; the returned context manager records how it ends."""
        return Watch(self, fetch, uuid.uuid4().hex)

    def refuse(self, fetch: Fetch, error: AspenError) -> None:
        """Record something that was asked for and never begun."""
        self.append(fetch, uuid.uuid4().hex, outcome_of(error), error.code)

    def append(self, fetch: Fetch, fetch_id: str, outcome: Outcome, reason: str = "") -> None:
        """Write one line and flush it. Raises NotWritable."""
        line = json.dumps(
            {
                "schema": _SCHEMA,
                "id": fetch_id,
                "time": self._now().astimezone(UTC).isoformat(timespec="milliseconds"),
                "outcome": outcome.value,
                "reason": reason,
                "origin": fetch.origin.value,
                "source": fetch.source,
                "size_bytes": fetch.size_bytes,
                "sha256": fetch.sha256,
            }
        )
        try:
            os.fchmod(self._descriptor, _PRIVATE_FILE)
            self._write_line(line)
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._not_writable(error) from error

    def _write_line(self, line: str) -> None:
        """Write in one piece. A line that a power failure or a full disk has cut off must not swallow this one.

        The lock is for looking at the end: a size read while another process writes may lie inside its line.
        """
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            size_bytes = os.fstat(self._descriptor).st_size
            is_whole = size_bytes == 0 or os.pread(self._descriptor, 1, size_bytes - 1) == b"\n"
            written = (line + "\n" if is_whole else "\n" + line + "\n").encode()
            if os.write(self._descriptor, written) != len(written):
                raise OSError("the record was cut off")
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _not_writable(self, error: OSError) -> NotWritable:
        return NotWritable(
            f"The record of downloads {self._path} cannot be written, so nothing is fetched.",
            hint="Every download is written down first. Make the file and its folder writable.",
            facts={"path": str(self._path), "errno": error.errno},
        )


class Watch:
    """A fetch under way: `started` on entry; `fetched`, `refused` or `failed` on exit."""

    def __init__(self, spool: Spool, fetch: Fetch, fetch_id: str) -> None:
        self._spool = spool
        self._fetch = fetch
        self._fetch_id = fetch_id

    def __enter__(self) -> Self:
        self._spool.append(self._fetch, self._fetch_id, Outcome.STARTED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._spool.append(self._fetch, self._fetch_id, Outcome.FETCHED)
        elif isinstance(error, AspenError):
            self._spool.append(self._fetch, self._fetch_id, outcome_of(error), error.code)
        else:
            self._spool.append(self._fetch, self._fetch_id, Outcome.FAILED, type(error).__name__)


def outcome_of(error: AspenError) -> Outcome:
    """Tell what Aspen itself refused from what went wrong."""
    return Outcome.REFUSED if isinstance(error, DoesNotFit | Misused | StaysHere) else Outcome.FAILED

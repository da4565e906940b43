"""Appending to the chain: commit, head, and the check that both are where they will be looked for.

Every entry is a commit of its own, so that the head never lags by more than one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from aspen.core.egress import Verdict
from aspen.core.errors import AspenError, DoesNotFit, NotRecorded, NotWritable, StoreDamaged
from aspen.database.connection import Connection
from aspen.egress.ledger.entry import Draft, LedgerEntry, written
from aspen.egress.ledger.head_file import Head, write_head
from aspen.egress.ledger.kept_bytes import KeptBytes
from aspen.egress.ledger.keys import LedgerKeys, mac

_INSERT = "INSERT INTO entries (sequence, content, sha256, mac) VALUES (?, ?, ?, ?)"
_NEVER_SENT = "It was never sent: the ledger's head could not be written."

FileId = tuple[int, int]


class Appender:
    """The only writer of a ledger. For one thread."""

    def __init__(
        self, connection: Connection, keys: LedgerKeys, kept: KeptBytes, tail: Head, now: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._folder = connection.path.parent
        self._keys = keys
        self._kept = kept
        self._now = now
        self._without_head: LedgerEntry | None = None
        self._ids = _ids_of(connection.path)
        self._is_lost = False
        self.tail = tail

    @property
    def is_head_noted(self) -> bool:
        """Whether the head beside the file is that of the last entry: not after a commit that went nowhere."""
        return self._without_head is None

    def append(self, draft: Draft, kept: bytes | None = None) -> LedgerEntry:
        """Record a draft, and `kept` with it; on the disk when this returns. Raises NotRecorded.

        Costs two flushes of the disk (database, head) and 0.4 ms besides them; 5 ms more for each MB that is kept.
        """
        if kept is not None and hashlib.sha256(kept).hexdigest() != draft.kept_sha256:
            raise ValueError("what is kept must be the bytes that the entry names")
        with _not_recorded(self._connection.path, draft):
            self._catch_up()
            entry = self._commit(draft, kept)
            self._without_head = entry
            self._check_in_place()
            self._note_head()
        return entry

    def _catch_up(self) -> None:
        """Write the head that could not be written the last time, before another commit makes it lag by two."""
        if self._without_head is None:
            return
        late = self._without_head
        self._check_in_place()
        self._note_head()
        if late.verdict is Verdict.SENT:
            unsent = Draft(
                verdict=Verdict.FAILED,
                provider=late.provider,
                nonce=late.nonce,
                of_sequence=late.sequence,
                reasons=(_NEVER_SENT,),
                cost_microdollars=0,
            )
            self._without_head = self._commit(unsent, None)
            self._note_head()

    def _commit(self, draft: Draft, kept: bytes | None) -> LedgerEntry:
        with self._connection.transaction():
            self._check_tail()
            entry, content = written(
                draft,
                sequence=self.tail.sequence + 1,
                recorded_at=self._now(),
                is_kept=kept is not None,
                previous_sha256=self.tail.sha256,
            )
            sealed = mac(self._keys.entries, entry.sha256.encode("ascii"))
            row = (entry.sequence, content.decode("utf-8"), entry.sha256, sealed)
            self._connection.execute(_INSERT, row)
            if kept is not None:
                self._kept.put(entry.sequence, entry.sha256, kept)
            if draft.forgets:
                self._kept.drop(draft.forgets)
        self.tail = Head.after(entry)
        return entry

    def _note_head(self) -> None:
        write_head(self._folder, self.tail, self._keys)
        self._without_head = None

    def _check_tail(self) -> None:
        """Raise StoreDamaged where somebody else has written to the file, or put another copy of it in its place."""
        row = self._connection.first("SELECT sequence, sha256 FROM entries ORDER BY sequence DESC LIMIT 1")
        found = Head() if row is None else Head(sequence=int(row[0]), sha256=str(row[1]))
        if found != self.tail:
            raise StoreDamaged(
                f"The ledger ends at entry {found.sequence}, and not at {self.tail.sequence} as it did a moment ago.",
                hint="Somebody else wrote to it. Run: aspen ledger verify",
                facts={"found": found.sequence, "expected": self.tail.sequence},
            )

    def _check_in_place(self) -> None:
        """Raise NotWritable where what was committed went into files that nobody will find again."""
        self._is_lost = self._is_lost or _ids_of(self._connection.path) != self._ids
        if self._is_lost:
            raise NotWritable(
                f"{self._connection.path} was removed or replaced while it was in use.",
                hint="Put it back, then restart Aspen: aspen stop",
            )


def _ids_of(path: Path) -> tuple[FileId | None, FileId | None]:
    """Return what tells this file, and its write-ahead log, from others of the same names."""
    return _id_of(path), _id_of(path.with_name(path.name + "-wal"))


def _id_of(path: Path) -> FileId | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _not_recorded(path: Path, draft: Draft) -> Generator[None]:
    try:
        yield
    except (NotWritable, StoreDamaged, DoesNotFit) as error:
        raise _as_not_recorded(draft, error.sentence, error) from error
    except OSError as error:
        sentence = f"{path.parent} cannot be written ({error.strerror or 'the write was cut off'})."
        raise _as_not_recorded(draft, sentence, error) from error


def _as_not_recorded(draft: Draft, sentence: str, error: Exception) -> NotRecorded:
    """Say what could not be written, and what that means: after the sending it is another thing than before."""
    told = error if isinstance(error, AspenError) else None
    meaning = (
        "Nothing was sent, because it could not be recorded"
        if draft.of_sequence is None
        else f"How entry {draft.of_sequence} of the ledger ended could not be recorded"
    )
    return NotRecorded(
        f"{meaning}: {sentence}",
        hint=told.hint if told is not None else "Make room on the disk and the folder writable for you.",
        facts={**(told.facts if told is not None else {}), "cause": told.code if told is not None else "os_error"},
    )

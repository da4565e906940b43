"""The store of everything that is remembered, opened by the core alone: one file, one connection, one thread.

It is synchronous. Whoever must not wait for a disk gives the store a thread of its own and opens it there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from aspen.core.errors import StoreDamaged, StoreTooNew
from aspen.database.connection import Connection, open_database
from aspen.database.database_file import Kind, kind_of
from aspen.database.migrations import is_too_new, migrate, too_new
from aspen.database.rekey import encrypt_in_place, remove_draft
from aspen.privacy.path_rules import DeclaredPath
from aspen.store.arrivals import Arrivals
from aspen.store.attached_files import AttachedFiles
from aspen.store.blobs import Blobs
from aspen.store.branches import Branches
from aspen.store.conversations import Conversations
from aspen.store.drafts import Drafts
from aspen.store.path_labels import PathLabels
from aspen.store.preferences import Preferences
from aspen.store.projects import Projects
from aspen.store.schema import STEPS
from aspen.store.search import Search
from aspen.store.session import Session
from aspen.store.tally import Answered, answered_here
from aspen.store.turns import Turns

Now = Callable[[], datetime]


class Store:
    """An open store and its parts. Use `open_store`; close it in the end, or use it as a context manager."""

    def __init__(self, connection: Connection, now: Now, too_new_error: StoreTooNew | None, key: bytes | None) -> None:
        session = Session(connection, now, too_new_error)
        self._session = session
        self._key = key
        self._now = now
        self.path = connection.path
        self.is_encrypted = connection.is_encrypted
        self.blobs = Blobs(session)
        self.conversations = Conversations(session)
        self.turns = Turns(session, self.blobs)
        self.branches = Branches(session)
        self.drafts = Drafts(session)
        self.attached_files = AttachedFiles(session)
        self.search = Search(session)
        self.arrivals = Arrivals(session)
        self.path_labels = PathLabels(session)
        self.projects = Projects(session)
        self.preferences = Preferences(session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_read_only(self) -> bool:
        """Whether a newer Aspen made it, so that every write raises StoreTooNew."""
        return self._session.is_read_only

    @contextmanager
    def together(self) -> Generator[None]:
        """Write everything of the block or nothing of it. Raises StoreTooNew, NotWritable, DiskFull."""
        with self._session.writing():
            yield

    def answered_here(self, since: datetime, until: datetime) -> Answered:
        """Count what was answered on this computer in a time."""
        return answered_here(self._session, since, until)

    def declared_paths(self) -> tuple[DeclaredPath, ...]:
        """Return everything that a person has said of files and folders, projects' answers among them."""
        return (*self.path_labels.all(), *self.projects.declared())

    def open_reader(self) -> Store:
        """Open the same file once more, for reading alone, by the thread that calls: one that may wait for the disk.

        Its statements hold no lock between them, so that nobody waits for it. Close it in the end.
        """
        connection = open_database(self.path, key=self._key, is_read_only=True)
        return Store(connection, self._now, self._session.too_new, self._key)

    def close(self) -> None:
        self._session.close()


def open_store(path: Path, key: bytes | None, now: Now = lambda: datetime.now(UTC)) -> Store:
    """Open the store, made or brought to the present layout as needed.

    `key` is 32 bytes from a keyring, or None where there is none. A plain store that meets a key is encrypted in its
    place, so the key must be kept safely before. One that a newer Aspen has made is opened for reading. Raises
    StoreDamaged (a key that is wrong or missing, too), NotWritable, DiskFull.
    """
    kind = kind_of(path)
    if kind is Kind.ENCRYPTED and key is None:
        raise StoreDamaged(
            f"{path} is encrypted, and its key is not to be had.",
            hint="Unlock the keyring of this computer and try again.",
            facts={"path": str(path)},
        )
    remove_draft(path)
    if kind is Kind.PLAIN and key is not None and not _is_too_new(path, None):
        encrypt_in_place(path, key)
        kind = Kind.ENCRYPTED
    used_key = None if kind is Kind.PLAIN else key
    if kind is not Kind.EMPTY and _is_too_new(path, used_key):
        connection = open_database(path, key=used_key, is_read_only=True)
        return Store(connection, now, too_new(connection, STEPS), used_key)
    connection = open_database(path, key=used_key)
    try:
        migrate(connection, STEPS)
    except BaseException:
        connection.close()
        raise
    return Store(connection, now, None, used_key)


def _is_too_new(path: Path, key: bytes | None) -> bool:
    with open_database(path, key=key, is_read_only=True) as connection:
        return is_too_new(connection, STEPS)

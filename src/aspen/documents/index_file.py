"""Where an index lies: in one encrypted file for each folder, made anew whenever it cannot be opened.

An index holds the words of its files, of those that stay here as well, and may outlive them. So it is encrypted with
the store's key, or with a key that nobody keeps: then it ends with the process, and what a kill leaves is noise.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import Final

from aspen.core.errors import StoreDamaged, StoreTooNew
from aspen.database.connection import KEY_BYTES, Connection, open_database
from aspen.database.database_file import remove_with_companions
from aspen.database.errors import ConstraintBroken, StatementRefused
from aspen.database.migrations import migrate

# Numbers of passages are never given again, and begin anywhere: a citation of an index that was made anew, or of a file
# that has changed, opens nothing, and never another passage.
_LAYOUT: Final = """
CREATE TABLE files (
    file_id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    kind TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    notes TEXT NOT NULL CHECK (json_valid(notes)),
    why_not TEXT
) STRICT;

CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    first_page INTEGER,
    last_page INTEGER,
    headings TEXT NOT NULL CHECK (json_valid(headings)),
    lead TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

INSERT INTO sqlite_sequence (name, seq) SELECT 'passages', abs(random() % 4000000000000);

CREATE INDEX passages_of_file ON passages (file_id);

CREATE VIRTUAL TABLE words USING fts5(
    path, headings, names, body,
    content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER words_go_with_their_passage AFTER DELETE ON passages
BEGIN DELETE FROM words WHERE rowid = OLD.passage_id; END;
"""

STEPS: Final = (_LAYOUT,)
_SUFFIX: Final = ".index"
_PASSING_SUFFIX: Final = ".passing-index"
_COMPANIONS: Final = ("-wal", "-shm", "-journal")


def index_path(folder_of_indexes: Path, indexed: Path, *, is_passing: bool = False) -> Path:
    """Name the file of a folder's index; the name does not tell the folder's. One that `is_passing` is not kept."""
    name = hashlib.sha256(os.fsencode(indexed)).hexdigest()[:32]
    return folder_of_indexes / f"{name}{_PASSING_SUFFIX if is_passing else _SUFFIX}"


def open_index_file(path: Path, key: bytes) -> Connection:
    """Open an index, empty where there is none, where it is damaged, has another key or is of a newer layout.

    Raises NotWritable, DiskFull.
    """
    try:
        return _open(path, key)
    except (StoreDamaged, StoreTooNew, StatementRefused, ConstraintBroken):
        remove_with_companions(path)
        return _open(path, key)


@contextlib.contextmanager
def passing_index_file(folder_of_indexes: Path) -> Generator[Connection]:
    """Open an empty index under a key that nobody keeps, and remove it in the end."""
    path = folder_of_indexes / f"{secrets.token_hex(16)}{_PASSING_SUFFIX}"
    try:
        with _open(path, secrets.token_bytes(KEY_BYTES)) as connection:
            yield connection
    finally:
        remove_with_companions(path)


def tidy(folder_of_indexes: Path, most_bytes: int) -> None:
    """Remove what a kill left, and the indexes that were longest unchanged until the rest is small enough.

    To be called when no index is open: at the start of the process.
    """
    if not folder_of_indexes.is_dir():
        return
    for left in folder_of_indexes.glob(f"*{_PASSING_SUFFIX}"):
        remove_with_companions(left)
    kept = sorted(folder_of_indexes.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    total_bytes = 0
    for path in kept:
        total_bytes += path.stat().st_size
        if total_bytes > most_bytes:
            remove_with_companions(path)


def _open(path: Path, key: bytes) -> Connection:
    """Nothing is flushed: an index that a power failure damages is made anew."""
    connection = open_database(path, key=key, flushes_every_commit=False)
    try:
        migrate(connection, STEPS)
    except BaseException:
        connection.close()
        raise
    return connection

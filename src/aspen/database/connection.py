"""A connection to one SQLite file, plain or encrypted by SQLCipher, with the settings that all of ours share.

For one thread: the one that opened it (the binding raises in any other). Autocommit, so that a statement outside of
`transaction` is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlcipher3 import dbapi2

from aspen.core.errors import NotWritable
from aspen.database.database_file import check_exists, has_log, make_private
from aspen.database.errors import translated

Value = None | int | float | str | bytes
Parameters = Sequence[Value] | Mapping[str, Value]
Row = tuple[Any, ...]

KEY_BYTES: Final = 32
_BUSY_MILLISECONDS: Final = 5000

# Each page is checked, deleted content is overwritten with zeros, and nothing is ever spilled into a temporary file
# (a sealed process cannot write one, and it would not be encrypted).
_SETTINGS: Final = (
    f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
)


class Connection:
    """An open file. Use `open_database`; close it in the end, or use it as a context manager."""

    def __init__(self, driver: dbapi2.Connection, path: Path, *, is_read_only: bool, is_encrypted: bool) -> None:
        self._driver = driver
        self._depth = 0
        self.path = path
        self.is_read_only = is_read_only
        self.is_encrypted = is_encrypted

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run one statement and return all rows that it gives."""
        with translated(self.path):
            return self._driver.execute(sql, parameters).fetchall()

    def first(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row, or None for none."""
        return next(iter(self.execute(sql, parameters)), None)

    def iterate(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows one by one, for results that are too large to hold. Write nothing until it is done."""
        with translated(self.path):
            yield from self._driver.execute(sql, parameters)

    def change(self, sql: str, parameters: Parameters = ()) -> int:
        """Run an INSERT, UPDATE or DELETE and return how many rows it touched; triggers and cascades do not count."""
        with translated(self.path):
            return self._driver.execute(sql, parameters).rowcount

    def executemany(self, sql: str, parameters: Sequence[Sequence[Value]]) -> None:
        """Run one statement for each of the parameters; inside of `transaction` it is all or nothing."""
        with translated(self.path):
            self._driver.executemany(sql, parameters)

    @contextmanager
    def transaction(self) -> Generator[Self]:
        """Write all of the block or nothing of it. Takes the write lock at once; one inside another is a savepoint.

        After a return from the outermost block the content is on the disk (see `open_database`).
        """
        depth, self._depth = self._depth, self._depth + 1
        begin, keep, undo = _OUTERMOST if depth == 0 else _savepoint(depth)
        try:
            self.execute(begin)
            try:
                yield self
                self.execute(keep)
            except BaseException:
                if self._driver.in_transaction:  # SQLite has rolled back by itself after a full disk
                    for statement in undo:
                        self.execute(statement)
                raise
        finally:
            self._depth = depth

    @property
    def user_version(self) -> int:
        """The number of the file's layout: see `migrations`."""
        row = self.first("PRAGMA user_version")
        return 0 if row is None else int(row[0])

    def checkpoint(self) -> bool:
        """Move everything from the log into the file and cut the log to nothing, old content of deleted rows too.

        False where another process reads the file and so holds the log, after waiting for it as long as for a lock.
        """
        row = self.first("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def close(self) -> None:
        """Close the file. What is not committed is undone."""
        with translated(self.path):
            self._driver.close()


_OUTERMOST: Final = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))


def _savepoint(depth: int) -> tuple[str, str, tuple[str, ...]]:
    return f"SAVEPOINT s{depth}", f"RELEASE s{depth}", (f"ROLLBACK TO s{depth}", f"RELEASE s{depth}")


def open_database(
    path: Path, *, key: bytes | None = None, is_read_only: bool = False, flushes_every_commit: bool = True
) -> Connection:
    """Open a file, and make it where it is not there: 0600, in a folder 0700, with a write-ahead log.

    `key` is 32 random bytes, used as they are (no derivation); None is a plain file. With `flushes_every_commit` a
    commit outlives a power failure; without, it outlives a kill of the process. Raises NotFound for no file to read,
    StoreDamaged for a wrong key, a missing one or a damaged file, NotWritable, DiskFull.
    """
    if key is not None and len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    if not is_read_only:
        make_private(path)
        return _connect(path, "mode=rw", key, flushes_every_commit=flushes_every_commit)
    check_exists(path)
    try:
        return _connect(path, "mode=ro", key, flushes_every_commit=flushes_every_commit)
    except NotWritable:
        # Even a reader keeps an index of the log beside the file. In a folder that takes none, a file without a log
        # can still be read as one that does not change.
        if has_log(path):
            raise
        return _connect(path, "mode=ro&immutable=1", key, flushes_every_commit=flushes_every_commit)


def _connect(path: Path, query: str, key: bytes | None, *, flushes_every_commit: bool) -> Connection:
    with translated(path):
        driver = dbapi2.connect(f"{path.absolute().as_uri()}?{query}", isolation_level=None, uri=True)
    connection = Connection(driver, path, is_read_only="mode=ro" in query, is_encrypted=key is not None)
    try:
        _settle(connection, key, flushes_every_commit=flushes_every_commit)
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: Connection, key: bytes | None, *, flushes_every_commit: bool) -> None:
    """Set what holds for every connection; the key comes before the first look at the file."""
    connection.execute("PRAGMA cipher_log_level = NONE")  # else SQLCipher speaks on standard error
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for statement in _SETTINGS:
        connection.execute(statement)
    connection.execute(f"PRAGMA synchronous = {'FULL' if flushes_every_commit else 'NORMAL'}")
    if not connection.is_read_only:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("SELECT count(*) FROM sqlite_schema")

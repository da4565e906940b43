"""What all parts of an open store share: the connection, the clock, and whether writing is allowed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime

from aspen.core.errors import StoreTooNew
from aspen.database.connection import Connection, Parameters, Row
from aspen.database.errors import StatementRefused
from aspen.store.moments import to_microseconds


class Session:
    """`too_new` is the error of every write, for a store that was made by a newer Aspen."""

    def __init__(self, connection: Connection, now: Callable[[], datetime], too_new: StoreTooNew | None) -> None:
        self._connection = connection
        self._now = now
        self.too_new = too_new

    @property
    def is_read_only(self) -> bool:
        return self._connection.is_read_only

    def now_us(self) -> int:
        """The present moment as the tables hold it."""
        return to_microseconds(self._now())

    def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows. Raises StoreTooNew where a newer Aspen has no such table or column any more."""
        try:
            return self._connection.execute(sql, parameters)
        except StatementRefused:
            if self.too_new is None:
                raise
            raise self._fresh_error(self.too_new) from None

    def first(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row, or None for none."""
        return next(iter(self.read(sql, parameters)), None)

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Write all of the block or nothing of it. Raises StoreTooNew, NotWritable, DiskFull."""
        if self.too_new is not None:
            raise self._fresh_error(self.too_new)
        with self._connection.transaction():
            yield self._connection

    def check_known(self, what: str) -> None:
        """Raise the error for content that this version cannot read, if that is because the store is newer."""
        if self.too_new is not None:
            raise StoreTooNew(
                f"The store holds {what} that only a newer Aspen can read.",
                hint=self.too_new.hint,
                facts=self.too_new.facts,
            )

    def _fresh_error(self, error: StoreTooNew) -> StoreTooNew:
        return StoreTooNew(error.sentence, hint=error.hint, facts=error.facts)

    def checkpoint(self) -> bool:
        """Take what was deleted out of the log as well. False where another process holds the log."""
        return self._connection.checkpoint()

    def close(self) -> None:
        self._connection.close()

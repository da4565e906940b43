"""What persons said of files and folders. What it means for a file is `privacy.path_rules`' to say."""

from __future__ import annotations

import os
from typing import Final

from aspen.privacy.path_rules import DeclaredPath
from aspen.store.label_columns import LABEL_COLUMNS, LABEL_PLACES, label_from_row, label_to_row
from aspen.store.session import Session

_SIGN: Final = 1 << 63


class PathLabels:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def declare(self, *declared: DeclaredPath) -> None:
        """Keep what a person said; it takes the place of what they said before. See `declarations_of`."""
        now_us = self._session.now_us()
        with self._session.writing() as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO path_labels (path, declared_as, is_folder, device, inode, declared_at_us, "
                f"{LABEL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, {LABEL_PLACES})",
                [
                    (
                        *(os.fsencode(each.path), os.fsencode(each.declared_as or each.path), each.is_folder),
                        *(to_signed(each.device), to_signed(each.inode), now_us, *label_to_row(each.label)),
                    )
                    for each in declared
                ],
            )

    def forget(self, path: str) -> bool:
        """Take back what was said of `path`, whichever of its names is given; False where nothing was said."""
        name = os.fsencode(path)
        with self._session.writing() as connection:
            sql = (
                "DELETE FROM path_labels WHERE declared_as IN "
                "(SELECT declared_as FROM path_labels WHERE path = ? OR declared_as = ?)"
            )
            return connection.change(sql, (name, name)) > 0

    def all(self) -> tuple[DeclaredPath, ...]:
        """Return everything that was said, in the order of the paths."""
        rows = self._session.read(
            f"SELECT path, declared_as, is_folder, device, inode, {LABEL_COLUMNS} FROM path_labels ORDER BY path"
        )
        return tuple(
            DeclaredPath(
                path=os.fsdecode(row[0]),
                declared_as=os.fsdecode(row[1]),
                is_folder=bool(row[2]),
                device=to_unsigned(row[3]),
                inode=to_unsigned(row[4]),
                label=label_from_row(row[5:]),
            )
            for row in rows
        )


def to_signed(number: int | None) -> int | None:
    """Fold an unsigned number of 64 bits, as some file systems give them, into SQLite's signed ones."""
    return number if number is None or number < _SIGN else number - 2 * _SIGN


def to_unsigned(number: int | None) -> int | None:
    """Undo `to_signed`."""
    return number if number is None or number >= 0 else number + 2 * _SIGN

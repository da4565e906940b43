"""Turning a plain file into an encrypted one in its place, and back. A kill at any moment leaves a whole file.

The content goes into a draft beside the file through SQLCipher's own export
(https://www.zetetic.net/sqlcipher/sqlcipher-api/#sqlcipher_export), is checked there, and is renamed over the file.
What the plain file held may still be found on the disk by those who can read it raw: a rename deletes nothing there.
"""

from __future__ import annotations

from pathlib import Path

from aspen.core.errors import NotWritable, StoreDamaged
from aspen.database.connection import Connection, open_database
from aspen.database.database_file import Kind, kind_of, make_private, put_in_place, remove_with_companions

_CARRIED = ("user_version", "application_id")


def encrypt_in_place(path: Path, key: bytes) -> None:
    """Encrypt a plain file; one that is encrypted already stays as it is.

    `key` must be kept safely before: nothing else opens the file again. Nobody else may have the file open. Costs as
    much room again as the file has. Raises NotWritable (in use, too), DiskFull, StoreDamaged.
    """
    if kind_of(path) is Kind.PLAIN:
        _convert(path, None, key)


def decrypt_in_place(path: Path, key: bytes) -> None:
    """Turn an encrypted file into a plain one; one that is plain already stays as it is. As `encrypt_in_place`."""
    if kind_of(path) is Kind.ENCRYPTED:
        _convert(path, key, None)


def remove_draft(path: Path) -> None:
    """Delete what a killed conversion has left beside the file."""
    remove_with_companions(_draft_of(path))


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.draft")


def _convert(path: Path, old_key: bytes | None, new_key: bytes | None) -> None:
    draft = _draft_of(path)
    remove_draft(path)
    make_private(draft)
    try:
        with open_database(path, key=old_key) as connection:
            _hold_alone(connection)
            _export(connection, draft, new_key)
            _check(connection, draft, new_key)
            put_in_place(draft, path)  # while the lock is held: nobody can write to the old file any more
    except BaseException:
        remove_draft(path)
        raise


def _hold_alone(connection: Connection) -> None:
    """Empty the write-ahead log and drop it, then keep everybody else out.

    A log or journal that is left beside the renamed file would be read into it; the change of mode deletes both.
    """
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")
    if connection.first("PRAGMA journal_mode") != ("delete",):
        raise NotWritable(f"{connection.path} is in use by another process.", hint="End it and try again.")


def _export(connection: Connection, draft: Path, new_key: bytes | None) -> None:
    spelled = "''" if new_key is None else f"\"x'{new_key.hex()}'\""
    connection.execute(f"ATTACH DATABASE ? AS draft KEY {spelled}", (draft.absolute().as_uri(),))
    connection.execute("SELECT sqlcipher_export('draft')")
    for name in _CARRIED:
        row = connection.first(f"PRAGMA main.{name}")
        connection.execute(f"PRAGMA draft.{name} = {0 if row is None else int(row[0])}")
    connection.execute("DETACH DATABASE draft")


def _check(connection: Connection, draft: Path, new_key: bytes | None) -> None:
    """Compare the draft with the original before it takes its place."""
    with open_database(draft, key=new_key) as copy:
        sound = copy.execute("PRAGMA quick_check") == [("ok",)]
        is_same = sound and _counts(copy) == _counts(connection) and copy.user_version == connection.user_version
    if not is_same:
        raise StoreDamaged(f"{connection.path} could not be copied whole, so it stays as it was.")


def _counts(connection: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables}

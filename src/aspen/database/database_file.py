"""The file under a database: made for its owner's eyes only, and told plain from encrypted by its first bytes."""

from __future__ import annotations

import contextlib
import os
from enum import Enum, auto
from pathlib import Path
from typing import Final

from aspen.core.errors import NotFound, NotWritable

_PLAIN_HEADER: Final = b"SQLite format 3\0"
_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700


class Kind(Enum):
    """What lies at a path. SQLCipher leaves no byte of SQLite's header in the open, so the rest may be noise."""

    EMPTY = auto()
    PLAIN = auto()
    ENCRYPTED = auto()


def kind_of(path: Path) -> Kind:
    """Look at the first bytes. A file that is not there counts as empty.

    Raises NotWritable where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            header = file.read(len(_PLAIN_HEADER))
    except FileNotFoundError:
        return Kind.EMPTY
    except OSError as error:
        raise _refused(path, error) from error
    if not header:
        return Kind.EMPTY
    return Kind.PLAIN if header == _PLAIN_HEADER else Kind.ENCRYPTED


def make_private(path: Path) -> None:
    """Create file and folder where they are not there, 0600 in 0700; a link in the file's place is refused.

    SQLite gives its companions (`-wal`, `-shm`) the same rights. Raises NotWritable.
    """
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE_FILE)
        try:
            os.fchmod(descriptor, _PRIVATE_FILE)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _refused(path, error) from error


def check_exists(path: Path) -> None:
    """Raise NotFound where no file is."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")


def has_log(path: Path) -> bool:
    """Whether the write-ahead log beside a database holds anything."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def remove_with_companions(path: Path) -> None:
    """Delete a database and what SQLite keeps beside it; what is not there is no error. Raises NotWritable."""
    for ending in ("", "-wal", "-shm", "-journal"):
        try:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + ending).unlink()
        except OSError as error:
            raise _refused(path, error) from error


def put_in_place(draft: Path, path: Path) -> None:
    """Rename `draft` over `path` so that a power failure leaves the one or the other. Raises NotWritable."""
    try:
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):  # some network file systems cannot flush folders
                os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> NotWritable:
    return NotWritable(
        f"{path} cannot be opened ({error.strerror}).",
        hint="It must be a plain file of yours in a folder that you may write.",
        facts={"path": str(path), "errno": error.errno},
    )

"""What SQLite refused, as errors of Aspen: told apart by its result codes (https://www.sqlite.org/rescode.html)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from aspen.core.errors import AspenError, DiskFull, DoesNotFit, NotWritable, StoreDamaged

_FULL_BELOW_BYTES: Final = 1 << 20


class ConstraintBroken(Exception):
    """A row breaks a rule of its table; the binding does not tell which kind of rule (UNIQUE, CHECK, NOT NULL…)."""


class StatementRefused(Exception):
    """The statement names what is not in this file, or is no SQL: a defect, or a file of another version."""


@contextmanager
def translated(path: Path) -> Generator[None]:
    """Turn what SQLite raises about the file at `path` into errors of Aspen.

    A misuse of the binding itself, such as from a second thread, has no result code and passes as it is.
    """
    try:
        yield
    except dbapi2.Error as error:
        code: int | None = getattr(error, "sqlite_errorcode", None)
        if code is None:
            raise
        raise _translation(path, code, error.sqlite_errorname, str(error)) from error


def _translation(path: Path, code: int, name: str, words: str) -> Exception:
    match code & 0xFF:
        case 1:  # SQLITE_ERROR
            return StatementRefused(words)
        case 19:  # SQLITE_CONSTRAINT
            return ConstraintBroken(words)
        case primary if primary in _ERRORS:
            return _ERRORS[primary](path, name)
        case _:
            return RuntimeError(f"SQLite: {name}: {words}")


def _is_full(path: Path, name: str) -> AspenError:
    return DiskFull(
        f"There is no room on the disk for {path}.",
        hint="Free some space and try again. Nothing is half written.",
        facts={"path": str(path), "sqlite": name},
    )


def _failed_to_write(path: Path, name: str) -> AspenError:
    """SQLite tells a full disk from a broken one only in some places (not when it grows its shared memory)."""
    try:
        is_full = shutil.disk_usage(path.parent).free < _FULL_BELOW_BYTES
    except OSError:
        is_full = False
    return _is_full(path, name) if is_full else _not_writable(path, name)


def _not_writable(path: Path, name: str) -> AspenError:
    return NotWritable(
        f"{path} cannot be written.",
        hint="Make the file and its folder writable for you, and look at the disk and your share of it.",
        facts={"path": str(path), "sqlite": name},
    )


def _is_busy(path: Path, name: str) -> AspenError:
    return NotWritable(
        f"{path} is in use by another process.",
        hint="End the other program that has it open, and try again.",
        facts={"path": str(path), "sqlite": name},
    )


def _is_damaged(path: Path, name: str) -> AspenError:
    return StoreDamaged(
        f"{path} cannot be read: it is damaged, or its key is another one.",
        hint="Put back a copy of the file, or the keyring that it was made with.",
        facts={"path": str(path), "sqlite": name},
    )


def _is_too_large(path: Path, name: str) -> AspenError:
    return DoesNotFit(
        f"This is too large to be kept in {path} in one piece.",
        hint="Split it. One piece may have 1 GB at most.",
        facts={"path": str(path), "most_bytes": 1_000_000_000, "sqlite": name},
    )


_ERRORS: Final[dict[int, Callable[[Path, str], AspenError]]] = {
    3: _not_writable,  # SQLITE_PERM
    5: _is_busy,  # SQLITE_BUSY
    6: _is_busy,  # SQLITE_LOCKED
    8: _not_writable,  # SQLITE_READONLY
    10: _failed_to_write,  # SQLITE_IOERR
    11: _is_damaged,  # SQLITE_CORRUPT
    13: _is_full,  # SQLITE_FULL
    14: _not_writable,  # SQLITE_CANTOPEN
    18: _is_too_large,  # SQLITE_TOOBIG
    24: _is_damaged,  # SQLITE_FORMAT
    26: _is_damaged,  # SQLITE_NOTADB
}

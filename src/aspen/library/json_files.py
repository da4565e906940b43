"""Read JSON that somebody else wrote, within bounds; write our own so that it is whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Final, cast

from aspen.core.errors import AspenError, DiskFull, Failed, NotFound, NotWritable

FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def open_regular(path: Path) -> io.BufferedReader:
    """Open a regular file for reading; raise OSError for a folder, pipe or device, and never wait on one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    return os.fdopen(descriptor, "rb")


def read_text(path: Path, *, limit_bytes: int) -> str:
    """Read a regular file of at most `limit_bytes` as UTF-8.

    Raises NotFound for none, Failed for anything that is not such a file. Never waits on a pipe.
    """
    try:
        with open_regular(path) as file:
            content = file.read(limit_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file {path}.") from None
    except OSError as error:
        raise Failed(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) > limit_bytes:
        raise Failed(f"{path} is larger than {limit_bytes} bytes.", facts={"most_bytes": limit_bytes})
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failed(f"{path} is not UTF-8 text.") from error


def read_json_object(path: Path, *, limit_bytes: int) -> dict[str, object]:
    """Read a file that holds one JSON object. Raises NotFound and Failed like `read_text`."""
    text = read_text(path, limit_bytes=limit_bytes)
    try:
        value: object = json.loads(text)
    except ValueError as error:
        raise Failed(f"{path} is not valid JSON.", facts={"reason": str(error)}) from error
    except RecursionError as error:
        raise Failed(f"{path} is JSON that is nested too deeply.") from error
    found = as_object(value)
    if found is None:
        raise Failed(f"{path} does not hold a JSON object.")
    return found


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write `value` to `path`, for its owner's eyes only: a crash leaves the old file or the new one, never half.

    Raises NotWritable or DiskFull.
    """
    content = _encode(value)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _write_through(draft, content)
            draft.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        _flush_folder(path.parent)
    except OSError as error:
        raise not_written(path, error) from error


def not_written(path: Path, error: OSError) -> AspenError:
    """Name the reason why a file of Aspen's own could not be written."""
    if error.errno in FULL_DISK:
        return DiskFull(f"There is no room on the disk for {path}.", hint="Free some space and try again.")
    return NotWritable(
        f"{path} cannot be written ({error.strerror}).",
        hint="Set ASPEN_HOME to a folder that you may write.",
        facts={"path": str(path)},
    )


def as_object(value: object) -> dict[str, object] | None:
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object]:
    """Return a JSON array as it is, and anything else as an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def as_whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _encode(value: Mapping[str, object]) -> bytes:
    try:
        return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        # A path with bytes that are no text has lone surrogates; only escapes carry them through.
        return (json.dumps(value, indent=2) + "\n").encode("ascii")


def _write_through(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the rename itself last, where the file system can flush folders (some network ones cannot)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)

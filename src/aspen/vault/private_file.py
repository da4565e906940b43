"""Files that only their owner can read: made that way, replaced in one step, and refused when they are otherwise."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from aspen.core.errors import NoKey, NotWritable

_FOLDER_MODE = 0o700
_OTHERS = 0o077
_LARGEST_BYTES = 1 << 20


def read_private(path: Path) -> bytes | None:
    """Return a file's content, or None where there is no such file.

    Raises NoKey for a link, for a file or folder that others could read or that is somebody else's, and for one that
    cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot_be_read(path, error) from error
    try:
        _check(path.parent, os.lstat(path.parent), stat.S_IFDIR)
        _check(path, os.fstat(descriptor), stat.S_IFREG)
        return os.read(descriptor, _LARGEST_BYTES)
    except OSError as error:
        raise _cannot_be_read(path, error) from error
    finally:
        os.close(descriptor)


def replace_private(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, wholly or not at all, flushed to the disk; 0600 in a folder 0700.

    Raises NotWritable, and NoKey where the folder is not the owner's alone.
    """
    make_private_folder(path.parent)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _not_writable(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:  # mkstemp makes it 0600
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            Path(name).unlink()
        raise _not_writable(path, error) from error


def make_private_folder(folder: Path) -> None:
    """Make a folder 0700 where there is none. Raises NotWritable, and NoKey for one that others can enter."""
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        found = os.lstat(folder)
    except OSError as error:
        raise _not_writable(folder, error) from error
    _check(folder, found, stat.S_IFDIR)


def _check(path: Path, found: os.stat_result, kind: int) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_IFMT(found.st_mode) != kind or found.st_uid != os.geteuid():
        raise NoKey(
            f"{path} holds keys and must be your own, not a link and not another user's.",
            hint="Look at who made it, and move it away.",
            facts={"path": str(path), "owner": found.st_uid},
        )
    if mode & _OTHERS:
        wanted = "700" if kind == stat.S_IFDIR else "600"
        raise NoKey(
            f"{path} holds keys, and others on this computer may open it.",
            hint=f"Run: chmod {wanted} {path}",
            facts={"path": str(path), "mode": f"{mode:o}"},
        )


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_be_read(path: Path, error: OSError) -> NoKey:
    return NoKey(
        f"The keys in {path} cannot be read.",
        hint="It must be a plain file of your own, and not a link.",
        facts={"path": str(path), "errno": error.errno},
    )


def _not_writable(path: Path, error: OSError) -> NotWritable:
    return NotWritable(
        f"{path} cannot be written, so no key can be kept there.",
        hint="Make its folder writable for you, and make room on the disk.",
        facts={"path": str(path), "errno": error.errno},
    )

"""Files that a command writes for its person: readable by nobody else, and whole or not there at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aspen.core.errors import DiskFull, Misused, NotFound, NotWritable


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file at `path`, 0600, in the folder of `target`, whose place it takes once it is whole."""

    path: Path
    target: Path
    file: BinaryIO

    def write(self, text: str) -> int:
        """Append, and return how many bytes that were. Raises NotWritable and DiskFull."""
        with _translated(self.target):
            return self.file.write(text.encode("utf-8"))

    def put_in_place(self, *, overwrites: bool) -> None:
        """Flush to the disk and take the target's place. Raises as `draft_for`."""
        with _translated(self.target):
            self.file.flush()
            os.fsync(self.file.fileno())
            _check_free(self.target, overwrites=overwrites)
            self.path.replace(self.target)

    def discard(self) -> None:
        """Delete it, unless it is in place already."""
        self.path.unlink(missing_ok=True)


@contextmanager
def draft_for(target: Path, *, overwrites: bool) -> Generator[Draft]:
    """Begin a file for `target`, through a link as it may be; what is not put in place by the end is deleted.

    Raises Misused for a target that is there already unless this `overwrites`, NotFound for a folder that is not
    there, NotWritable, DiskFull.
    """
    real = Path(os.path.realpath(target))
    _check_free(real, overwrites=overwrites)
    with _translated(real):
        descriptor, name = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".part", dir=real.parent)
    with os.fdopen(descriptor, "wb") as file:
        draft = Draft(path=Path(name), target=real, file=file)
        try:
            yield draft
        finally:
            draft.discard()


def _check_free(target: Path, *, overwrites: bool) -> None:
    with _translated(target):
        is_folder, has_place, is_there = target.is_dir(), target.parent.is_dir(), target.exists()
    if is_folder:
        raise Misused(f"{target} is a folder.", hint="Name a file.")
    if not has_place:
        raise NotFound(f"There is no folder {target.parent}.", hint="Make it first, or name another.")
    if is_there and not overwrites:
        raise Misused(f"There is a file {target} already.", hint="Name another, or write over it with --force.")


@contextmanager
def _translated(target: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"There is no room on the disk for {target}.", hint="Free some space. Nothing was written."
            ) from error
        raise NotWritable(f"{target} cannot be written: {error.strerror}.", hint="Name another place.") from error

"""Reads files that a person names. For a question text only: a document of another kind has to be read in a jail."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from aspen.core.errors import DoesNotFit, Misused, NotFound
from aspen.privacy.path_rules import PathFacts

_LARGEST_BYTES = 64 << 20
"""Far beyond any context; a bound against a device or a log without end."""


def read_text_file(path: Path, facts: PathFacts) -> str:
    """Return the text of the very file that `facts` describe.

    Raises NotFound, Misused for what is no file, not UTF-8 text or was replaced meanwhile, DoesNotFit for what is too
    large.
    """
    content = read_file(path, facts, _LARGEST_BYTES, hint="Ask about a part of it.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Misused(
            f"{path.name} is not UTF-8 text: byte {error.start} cannot be read.",
            hint="Only text files can be read so far.",
        ) from error


def read_file(path: Path, facts: PathFacts, largest_bytes: int, *, hint: str) -> bytes:
    """Return the content of the very file that `facts` describe; `hint` is for one that is too large.

    Raises as `read_text_file`, but for the text.
    """
    try:
        content = _content(path, facts, largest_bytes)
    except OSError as error:
        raise NotFound(
            f"{path} cannot be read: {error.strerror}.", hint="Check the path and its permissions."
        ) from error
    if len(content) > largest_bytes:
        raise DoesNotFit(f"{path} is larger than {largest_bytes >> 20} MiB.", hint=hint)
    return content


def _content(path: Path, facts: PathFacts, largest_bytes: int) -> bytes:
    """Never waits: a pipe would keep us until somebody writes to it (fifo(7))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_file(descriptor, path, facts)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(largest_bytes + 1)
    finally:
        os.close(descriptor)


def _check_file(descriptor: int, path: Path, facts: PathFacts) -> None:
    """A name can be given to another file between the look at its label and the reading."""
    opened, seen = os.fstat(descriptor), facts.real[0]
    if not stat.S_ISREG(opened.st_mode):
        raise Misused(f"{path.name} is not a file that can be read to its end.", hint="Save what it gives in a file.")
    if (opened.st_dev, opened.st_ino) != (seen.device, seen.inode):
        raise Misused(f"{path.name} was replaced while it was read.", hint="Ask again.")

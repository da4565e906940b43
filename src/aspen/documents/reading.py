"""Reads the files that a walk found, and parses those that are text; documents go to a jailed reader by an argument."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aspen.core.errors import Misused, NotFound
from aspen.documents.document import Document
from aspen.documents.file_kinds import NEEDS_READER
from aspen.documents.index import ParseFile, ReadFile
from aspen.documents.parsing.content_kind import kind_of_content
from aspen.documents.parsing.text import read_text
from aspen.documents.walking import FoundFile

_LARGEST_BYTES: Final = 32 << 20

ParseDocument = Callable[[str, bytes], Document]
"""Has a jailed reader read a document of this name. Raises AspenError."""


def reading_below(folder: Path) -> ReadFile:
    """Return what reads files below a folder, each only if it is still the one that was found.

    What it returns raises NotFound for what cannot be read, Misused for what is another file by now.
    """

    def read(file: FoundFile) -> bytes:
        try:
            return _content(folder / file.path, file)
        except OSError as error:
            raise NotFound(f"{file.path} cannot be read: {error.strerror}.", hint="Check its permissions.") from error

    return read


def parsing_with(parse_document: ParseDocument) -> ParseFile:
    """Return what parses text here and has everything else parsed by `parse_document`."""

    def parse(file: FoundFile, content: bytes) -> Document:
        kind = kind_of_content(file.path, content)
        return parse_document(file.path, content) if kind in NEEDS_READER else read_text(file.path, content, kind)

    return parse


def _content(path: Path, file: FoundFile) -> bytes:
    """Never waits for a pipe, never follows a link, and looks whether a folder on the way was swapped."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode) or (known.st_dev, known.st_ino) != (file.device, file.inode):
            raise Misused(f"{file.path} was replaced while it was read.", hint="Ask again.")
        content = opened.read(_LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise Misused(f"{file.path} is larger than {_LARGEST_BYTES >> 20} MiB.", hint="Attach a part of it.")
    return content

"""A folder becomes the files in it that are worth reading, with an honest word about every one that is left out.

Looks at names, sizes and `.gitignore`; reads no file's content. Links are not followed, so that nothing outside of the
folder is ever reached.
"""

from __future__ import annotations

import os
import stat
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from aspen.core.errors import Misused, NotFound
from aspen.documents.document import DocumentKind
from aspen.documents.file_kinds import NEEDS_READER, is_named_binary, kind_of_name
from aspen.documents.ignoring import IgnoreRules, rules_above

_INSTALLED: Final = frozenset(
    {
        "node_modules",
        "bower_components",
        "jspm_packages",
        "site-packages",
        "dist-packages",
        "__pycache__",
        "__pypackages__",
    }
    | {"vendor", "third_party", "Pods", "Carthage", "venv", "virtualenv"}
)
_MARKS: Final = ("pyvenv.cfg", "CACHEDIR.TAG", "conda-meta")
"""What a virtual environment, a cache (https://bford.info/cachedir/) and a conda environment hold."""


class LeftOut(Enum):
    """Why something was not taken; the values are words for one and for several."""

    HIDDEN = ("hidden file or folder", "hidden files or folders")
    INSTALLED = ("folder of installed or built code", "folders of installed or built code")
    IGNORED = ("ignored by .gitignore", "ignored by .gitignore")
    BINARY = ("file that holds no text", "files that hold no text")
    LARGE = ("file that is too large", "files that are too large")
    LINK = ("link", "links")
    SPECIAL = ("pipe or device", "pipes or devices")
    UNREADABLE = ("that cannot be read", "that cannot be read")
    ODD_NAME = ("with a name that is no text", "with names that are no text")
    DEEP = ("folder that lies too deep", "folders that lie too deep")


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkBounds:
    """The most that one walk takes. `document_bytes` is for what a jailed reader parses."""

    files: int = 20_000
    total_bytes: int = 512 << 20
    text_bytes: int = 4 << 20
    document_bytes: int = 32 << 20
    entries: int = 500_000
    depth: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file by its path below the folder, with `/`, and by what the disk knows of it."""

    path: str
    kind: DocumentKind
    size_bytes: int
    mtime_ns: int
    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What was found. `is_complete` False is a bound that bit: there is more, and nobody looked at it."""

    folder: Path
    files: tuple[FoundFile, ...]
    left_out: Mapping[LeftOut, int]
    is_complete: bool

    @property
    def sentence(self) -> str:
        """What a person should know of the choice, in one or two sentences."""
        counted = f"{len(self.files):,} {'file' if len(self.files) == 1 else 'files'} to read"
        reasons = [f"{count:,} {why.value[count > 1]}" for why, count in sorted(self.left_out.items(), key=_most_first)]
        told = f"{counted}; left out: {', '.join(reasons)}." if reasons else f"{counted}."
        if self.is_complete:
            return told
        return f"{told} The folder holds more than can be read at once, and the rest was not looked at."


def walk(folder: Path, bounds: WalkBounds | None = None) -> Walked:
    """Find the files of a folder, those near its top first.

    Raises NotFound for a folder that cannot be read, Misused for what is none.
    """
    try:
        is_folder = stat.S_ISDIR(folder.stat().st_mode)
    except OSError as error:
        raise NotFound(f"{folder} cannot be read: {error.strerror}.", hint="Check the path.") from error
    if not is_folder:
        raise Misused(f"{folder.name} is not a folder.", hint="Name a folder, or attach the file by itself.")
    real = folder.resolve()
    return _Walk(real, bounds or WalkBounds()).run()


@dataclass(frozen=True, slots=True)
class _Pending:
    folder: Path
    relative: str
    depth: int
    rules: IgnoreRules


@dataclass(slots=True)
class _Walk:
    """One walk under way."""

    root: Path
    bounds: WalkBounds
    files: list[FoundFile] = field(default_factory=list[FoundFile])
    left_out: Counter[LeftOut] = field(default_factory=Counter[LeftOut])
    entries: int = 0
    total_bytes: int = 0

    def run(self) -> Walked:
        pending = deque([_Pending(self.root, "", 0, rules_above(self.root))])
        is_complete = True
        while pending and is_complete:
            is_complete = self._look_into(pending.popleft(), pending)
        return Walked(folder=self.root, files=tuple(self.files), left_out=dict(self.left_out), is_complete=is_complete)

    def _look_into(self, here: _Pending, pending: deque[_Pending]) -> bool:
        """Take what lies in one folder; False when a bound bites."""
        try:
            with os.scandir(here.folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            self.left_out[LeftOut.UNREADABLE] += 1
            return True
        if here.relative and any(entry.name in _MARKS for entry in entries):
            self.left_out[LeftOut.INSTALLED] += 1
            return True
        rules = here.rules.entering(here.folder)
        for entry in entries:
            self.entries += 1
            if self.entries > self.bounds.entries or not self._take(entry, here, rules, pending):
                return False
        return True

    def _take(self, entry: os.DirEntry[str], here: _Pending, rules: IgnoreRules, pending: deque[_Pending]) -> bool:
        try:
            known = entry.stat(follow_symlinks=False)
        except OSError:
            self.left_out[LeftOut.UNREADABLE] += 1
            return True
        is_folder = stat.S_ISDIR(known.st_mode)
        why = _why_not(entry.name, known, here, self.bounds)
        if why is None and rules.ignores(here.folder / entry.name, is_folder=is_folder):
            why = LeftOut.IGNORED
        if why is not None:
            self.left_out[why] += 1
            return True
        relative = f"{here.relative}{entry.name}"
        if is_folder:
            pending.append(_Pending(here.folder / entry.name, f"{relative}/", here.depth + 1, rules))
            return True
        self.total_bytes += known.st_size
        if len(self.files) >= self.bounds.files or self.total_bytes > self.bounds.total_bytes:
            return False
        self.files.append(found_file(relative, known))
        return True


def found_file(path: str, known: os.stat_result) -> FoundFile:
    """Describe a file by its path below a folder and what the disk knows of it."""
    return FoundFile(
        path=path,
        kind=kind_of_name(path),
        size_bytes=known.st_size,
        mtime_ns=known.st_mtime_ns,
        device=known.st_dev,
        inode=known.st_ino,
    )


def _why_not(name: str, known: os.stat_result, here: _Pending, bounds: WalkBounds) -> LeftOut | None:
    """Say why an entry is left out, from its name and kind alone."""
    if not _is_text(name):
        return LeftOut.ODD_NAME
    if name.startswith("."):
        return LeftOut.HIDDEN
    if stat.S_ISDIR(known.st_mode):
        if name in _INSTALLED:
            return LeftOut.INSTALLED
        return LeftOut.DEEP if here.depth >= bounds.depth else None
    if not stat.S_ISREG(known.st_mode):
        return LeftOut.LINK if stat.S_ISLNK(known.st_mode) else LeftOut.SPECIAL
    if is_named_binary(name):
        return LeftOut.BINARY
    is_document = kind_of_name(name) in NEEDS_READER
    return LeftOut.LARGE if known.st_size > (bounds.document_bytes if is_document else bounds.text_bytes) else None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _most_first(counted: tuple[LeftOut, int]) -> tuple[int, str]:
    return -counted[1], counted[0].name

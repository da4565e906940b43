"""Searching what stays here for another name of one file. Within bounds, and honest about what was not searched."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aspen.privacy.path_rules import DeclaredPath, HardLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBounds:
    """The most that one search may cost, over all folders together."""

    entries: int = 200_000
    seconds: float = 2.0


class _Unsearchable(Exception):
    """A folder that is not there, cannot be read, or is more than the bounds allow."""


def other_names(device: int, inode: int, kept: Sequence[DeclaredPath], bounds: SearchBounds) -> HardLinks:
    """Look for the file with these numbers below each of the declared paths.

    Folders on another device are passed by: a hard link cannot cross. A folder that cannot be searched to its end, or
    is not where it was, is reported and not passed over.
    """
    budget = _Budget(bounds)
    found: list[str] = []
    unsearched: list[str] = []
    for each in kept:
        try:
            if _holds(each, device, inode, budget):
                found.append(each.path)
        except _Unsearchable:
            unsearched.append(each.path)
    return HardLinks(found_in=tuple(found), unsearched=tuple(unsearched))


class _Budget:
    """Counts entries and time down together."""

    def __init__(self, bounds: SearchBounds) -> None:
        self._entries = bounds.entries
        self._deadline = time.monotonic() + bounds.seconds

    def spend(self) -> None:
        self._entries -= 1
        if self._entries < 0 or time.monotonic() > self._deadline:
            raise _Unsearchable


def _holds(declared: DeclaredPath, device: int, inode: int, budget: _Budget) -> bool:
    if not declared.is_folder:
        return (declared.device, declared.inode) == (device, inode)
    try:
        there = Path(declared.path).stat()
    except OSError:
        # On another device it could not have held the file; on this one it may have been moved to who knows where.
        if declared.device not in (None, device):
            return False
        raise _Unsearchable from None
    if there.st_dev == declared.device and there.st_ino != declared.inode:
        raise _Unsearchable  # another folder lies in its place
    return any(entry.st_ino == inode for entry in _files_below(declared.path, device, budget))


def _files_below(folder: str, device: int, budget: _Budget) -> Iterator[os.stat_result]:
    """Yield what is known of everything below a folder on one device, but for the folders themselves.

    `DirEntry.inode` would be cheaper and is not the file's own number on an overlay file system.
    """
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    budget.spend()
                    known = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(known.st_mode):
                        pending.append(entry.path)
                    elif known.st_dev == device:
                        yield known
        except FileNotFoundError:  # deleted under our eyes
            continue
        except OSError:
            raise _Unsearchable from None

"""Look into one folder of somebody else's store: sizes and names only, nothing opened, nothing followed outwards.

Covers: links that lead out of the store, folders that may not be read, names that cannot be printed, pipes and devices.
Does not cover: a store that changes while it is read; whoever opens a file checks it then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from aspen.library.findings import StoreProblem
from aspen.library.names import is_showable

MOST_ENTRIES: Final = 100_000
"""Entries of one folder that are looked at; a store with more is reported, not read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFile:
    """A regular file, by its name within the folder in question (`sub/name` for one level down)."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    folders: tuple[str, ...] = ()
    files: tuple[SeenFile, ...] = ()
    problems: tuple[StoreProblem, ...] = ()


def list_folder(folder: Path, *, root: Path, store: str, ending: str = ".gguf") -> Listing:
    """List the folders in `folder`, and its files with that ending, in the order of their names; hidden ones not.

    `root` is the resolved top of the store: a link is followed only if it ends inside. No folder, no finding.
    """
    folders: list[str] = []
    files: list[SeenFile] = []
    problems: list[StoreProblem] = []
    try:
        with os.scandir(folder) as scan:
            for count, entry in enumerate(scan):
                if count >= MOST_ENTRIES:
                    problems.append(
                        _problem(store, folder, f"has more than {MOST_ENTRIES} entries; the rest is left out")
                    )
                    break
                match _look_at(entry, root, store, ending):
                    case SeenFile() as file:
                        files.append(file)
                    case StoreProblem() as problem:
                        problems.append(problem)
                    case str() as name:
                        folders.append(name)
                    case None:
                        pass
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        problems.append(_problem(store, folder, f"cannot be read ({error.strerror})"))
    return Listing(
        folders=tuple(sorted(folders)),
        files=tuple(sorted(files, key=lambda file: file.name)),
        problems=tuple(problems),
    )


def list_with_subfolders(folder: Path, *, root: Path, store: str) -> Listing:
    """List `folder` and one level below it; files below are named `sub/name`."""
    top = list_folder(folder, root=root, store=store)
    below = [(name, list_folder(folder / name, root=root, store=store)) for name in top.folders]
    return Listing(
        folders=top.folders,
        files=top.files + tuple(_renamed(below)),
        problems=top.problems + tuple(problem for _, listing in below for problem in listing.problems),
    )


def is_inside(path: Path, root: Path) -> bool:
    """Whether `path`, with every link followed, lies under the resolved `root`."""
    return real_path(path).is_relative_to(root)


def is_file(path: Path) -> bool:
    """Whether a regular file is there and may be looked at; unlike `Path.is_file`, it never raises."""
    try:
        return S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def real_path(path: Path) -> Path:
    """Return `path` with every link followed as far as that goes: unlike `Path.resolve`, circles do not raise."""
    return Path(os.path.realpath(path))


def _renamed(below: list[tuple[str, Listing]]) -> Iterator[SeenFile]:
    for name, listing in below:
        for file in listing.files:
            yield SeenFile(name=f"{name}/{file.name}", size_bytes=file.size_bytes)


def _look_at(entry: os.DirEntry[str], root: Path, store: str, ending: str) -> SeenFile | StoreProblem | str | None:
    """Sort one entry: a file, a problem, the name of a folder, or nothing of interest."""
    if entry.name.startswith("."):
        return None
    wanted = entry.name.lower().endswith(ending)
    path = Path(entry.path)
    try:
        linked = entry.is_symlink()
        if not wanted and not entry.is_dir():
            return None
        status = entry.stat()
    except FileNotFoundError:
        return _problem(store, path, "is a link to a file that is gone") if wanted else None
    except OSError as error:
        return _problem(store, path, f"cannot be read ({error.strerror})")
    if not is_showable(entry.name):
        return _problem(store, path, "has a name that cannot be shown")
    if linked and not is_inside(path, root):
        return _problem(store, path, "is a link that leads out of the store; `aspen add` takes the file itself")
    if S_ISDIR(status.st_mode):
        return entry.name
    if wanted and S_ISREG(status.st_mode):
        return SeenFile(name=entry.name, size_bytes=status.st_size)
    return None


def _problem(store: str, path: Path, what: str) -> StoreProblem:
    shown = str(path) if is_showable(str(path)) else ascii(str(path))
    return StoreProblem(store=store, path=path, sentence=f"{shown} {what}.")

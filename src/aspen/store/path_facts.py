"""Finding out in how many ways a file can be seen: links on the way to it, identities, other names. Judges nothing.

Paths are POSIX paths. What is found holds for the moment of looking: whoever reads the file afterwards compares the
device and inode of what they have opened with `PathFacts.real[0]`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aspen.core.errors import Misused
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.privacy.path_rules import DeclaredPath, HardLinks, PathFacts, Place, Way, label_of_path
from aspen.store.hard_links import SearchBounds, other_names

_MOST_LINKS: Final = 40
_NO_LINK: Final = frozenset({errno.EINVAL, errno.ENOENT, errno.ENOTDIR})


def facts_of_path(
    path: Path, declared: Sequence[DeclaredPath], *, home: Path | None = None, bounds: SearchBounds | None = None
) -> PathFacts:
    """Look at a file, which need not exist, and at what `label_of_path` must know of the declared paths.

    `path` is absolute. Other names of a file with hard links are looked for only where they could matter. Costs a few
    dozen system calls, and within `bounds` a walk through the folders that stay here.
    """
    written = _absolute(path)
    resolved = _resolve(str(path))
    others = [written, *resolved.links]
    ways = [_way(other) for other in dict.fromkeys(others) if other != resolved.path]
    looked_at = _stat(resolved.path)
    is_file = looked_at is not None and not stat.S_ISDIR(looked_at.st_mode)
    facts = PathFacts(
        real=_way(resolved.path),
        others=tuple(ways),
        is_unresolved=resolved.is_broken_off,
        link_count=looked_at.st_nlink if looked_at is not None and is_file else 1,
        replaced=frozenset(each.path for each in declared if _is_replaced(each)),
        home=str(home or ""),
    )
    return replace(facts, hard_links=_hard_links(facts, declared, bounds or SearchBounds()))


def declarations_of(path: Path, label: Label) -> tuple[DeclaredPath, ...]:
    """Return what to write down when a person says something of `path`: where it lies, and how they named it.

    Both, because a link may be pointed elsewhere and a disk mounted elsewhere. Raises Misused for a path that leads
    nowhere.
    """
    written, resolved = _absolute(path), _resolve(str(path))
    if resolved.is_broken_off:
        raise Misused(f"{path} cannot be followed to its end.", hint="A link on the way to it leads round in a circle.")
    there = _stat(resolved.path)
    is_folder = there is None or stat.S_ISDIR(there.st_mode)
    return tuple(
        DeclaredPath(
            path=each,
            label=label,
            is_folder=is_folder,
            device=None if there is None else there.st_dev,
            inode=None if there is None else there.st_ino,
            declared_as=written,
        )
        for each in dict.fromkeys([resolved.path, written])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resolved:
    """Where a path leads. `links` are the places of the links on it, each by its own real path."""

    path: str
    links: tuple[str, ...]
    is_broken_off: bool = False


def _resolve(path: str) -> _Resolved:
    """Follow a path as the kernel does (path_resolution(7)), and note each link: realpath(3) does not tell them."""
    pending = list(reversed(Path(path).parts[1:]))
    resolved, links = Path("/"), list[str]()
    while pending:
        part = pending.pop()
        if part == "..":
            resolved = resolved.parent
            continue
        candidate = resolved / part
        try:
            target = candidate.readlink()
        except OSError as error:
            if error.errno not in _NO_LINK:
                return _Resolved(path=str(candidate), links=tuple(links), is_broken_off=True)
            resolved = candidate
            continue
        links.append(str(candidate))
        if len(links) > _MOST_LINKS:
            return _Resolved(path=str(candidate), links=tuple(dict.fromkeys(links)), is_broken_off=True)
        if target.is_absolute():
            resolved = Path("/")
        pending += reversed([part for part in target.parts if part != "/"])
    return _Resolved(path=str(resolved), links=tuple(links))


def _absolute(path: Path) -> str:
    """Write a path without `..` and doubled slashes, links or not. Raises Misused for one that hangs in the air."""
    if not path.is_absolute():
        raise Misused(f"{path} is not an absolute path.", hint="Nobody here knows the folder that it was written in.")
    return "/" + os.path.normpath(path).lstrip("/")


def _way(path: str) -> Way:
    return tuple(_place(each) for each in (path, *map(str, Path(path).parents)))


def _place(path: str) -> Place:
    there = _stat(path)
    return Place(path=path) if there is None else Place(path=path, device=there.st_dev, inode=there.st_ino)


def _stat(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except OSError:
        return None


def _is_replaced(declared: DeclaredPath) -> bool:
    """Whether something else lies where the declared thing lay.

    Device numbers change from boot to boot on some file systems, so that on another device nobody can tell.
    """
    if declared.inode is None or (there := _stat(declared.path)) is None:
        return False
    return there.st_dev == declared.device and there.st_ino != declared.inode


def _hard_links(facts: PathFacts, declared: Sequence[DeclaredPath], bounds: SearchBounds) -> HardLinks | None:
    """Search what stays here for the same file, unless it has one name only or stays here anyway."""
    file, kept = facts.real[0], [each for each in declared if each.stays_here]
    if facts.link_count <= 1 or not kept or file.device is None or file.inode is None:
        return None
    label = label_of_path(replace(facts, hard_links=HardLinks()), declared)
    if label.sensitivity is Sensitivity.PRIVATE and label.source is LabelSource.DECLARED:
        return HardLinks()
    return other_names(file.device, file.inode, kept, bounds)

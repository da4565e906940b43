"""The label of a file, from what persons said of files and folders and from every way in which the file can be seen.

The nearest declaration on the way to a file counts, but none is laxer than an enclosing *stays here*. Pure: which ways
there are, and what lies where, was found out before (`PathFacts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from aspen.core.label import UNSET, Label, LabelSource, Sensitivity, join_all
from aspen.privacy.words import FATE_OF_SENSITIVITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file or folder by its absolute path, and by its device and inode numbers where there is one."""

    path: str
    device: int | None = None
    inode: int | None = None


Way = tuple[Place, ...]
"""A file and every folder above it, the nearest first: one way in which it can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPath:
    """What a person said of a file or folder; `declared_as` is how they named it, through links as it may be.

    The numbers are those of the declaration's moment; `inode` None is something that did not exist then.
    """

    path: str
    label: Label
    is_folder: bool
    device: int | None = None
    inode: int | None = None
    declared_as: str = ""

    @property
    def stays_here(self) -> bool:
        """Whether a person said so; a label that is still to be asked for is no such word."""
        return self.label.sensitivity is Sensitivity.PRIVATE and self.label.source is LabelSource.DECLARED


@dataclass(frozen=True, slots=True, kw_only=True)
class HardLinks:
    """What a search for the other names of one file found.

    `found_in` are declared paths that hold it, `unsearched` those that could not be searched to the end.
    """

    found_in: tuple[str, ...] = ()
    unsearched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """All the ways a file can be seen.

    `real` is the way without any link; `others` are the way as it was written and the place of every link on it.
    `is_unresolved` says that a link could not be followed. `link_count` is the number of names of a file (1 for a
    folder); `hard_links` is None as long as nobody searched. `replaced` are declared paths where something else lies
    now. `home` is only for words.
    """

    real: Way
    others: tuple[Way, ...] = ()
    is_unresolved: bool = False
    link_count: int = 1
    hard_links: HardLinks | None = None
    replaced: frozenset[str] = frozenset()
    home: str = ""

    @property
    def name(self) -> str:
        """The file's own name as it was written, fit to be printed."""
        written = self.others[0] if self.others else self.real
        return printable(PurePosixPath(written[0].path).name) or "/"


def label_of_path(facts: PathFacts, declared: Sequence[DeclaredPath]) -> Label:
    """Return the label of a file; `UNSET` where nobody has said anything.

    The real way counts as it is; every other way only where something was declared on it. A search for hard links
    that was due and was not done, or not to the end, counts as a find.
    """
    seen_through_links = [_label_along(way, facts, declared) for way in facts.others]
    labels = [
        _label_along(facts.real, facts, declared),
        *(label for label in seen_through_links if label != UNSET),
        *_hard_link_labels(facts, declared),
    ]
    if facts.is_unresolved:
        labels.append(_cautious(f"{facts.name} stays on this computer: a link on the way to it cannot be followed"))
    return join_all(labels)


def shortened(path: str, home: str) -> str:
    """Write a path as people do, with `~` for the home folder, fit to be printed."""
    if home not in ("", "/") and (path == home or path.startswith(f"{home}/")):
        path = f"~{path[len(home) :]}"
    return printable(path)


def printable(text: str) -> str:
    """Replace what could move a cursor, hide or forge text in a terminal; a file may be named so."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _label_along(way: Way, facts: PathFacts, declared: Sequence[DeclaredPath]) -> Label:
    """Join the nearest declaration with every enclosing one that keeps here."""
    nearest: Label | None = None
    labels: list[Label] = []
    for place in way:
        here = [each for each in declared if each.path == place.path]
        if here and nearest is None:
            nearest = join_all(_worded(each, facts, way) for each in here)
            labels.append(nearest)
        labels += [_worded(each, facts, way) for each in here if each.stays_here]
        labels += [_reworded(each, facts, place) for each in declared if _was_moved_to(place, each, facts)]
    if nearest is None and not any(label.sensitivity is Sensitivity.PRIVATE for label in labels):
        return UNSET
    return join_all(labels)


def _was_moved_to(place: Place, declared: DeclaredPath, facts: PathFacts) -> bool:
    """Whether this is the declared thing under another path: renamed, mounted twice, or another name of the file.

    Numbers are used again after a deletion, so they can only make a label stricter. Those of a file are as good as gone
    once an editor has put a new file in its place.
    """
    if declared.path in facts.replaced and not declared.is_folder:
        return False
    is_same = place.inode is not None and (declared.device, declared.inode) == (place.device, place.inode)
    is_strict = declared.label.sensitivity is not Sensitivity.PUBLIC and declared.label.source is LabelSource.DECLARED
    return is_same and is_strict and declared.path != place.path


def _hard_link_labels(facts: PathFacts, declared: Sequence[DeclaredPath]) -> Iterable[Label]:
    kept = [each for each in declared if each.stays_here]
    if facts.link_count <= 1 or not kept:
        return
    if facts.hard_links is None:
        yield _cautious(f"{facts.name} stays on this computer: it has more than one name, and nobody looked where")
        return
    for each in kept:
        if each.path in facts.hard_links.found_in:
            yield _with_reason(
                each, f"{facts.name} stays on this computer (the same file lies in {_called(each, facts)})"
            )
    for path in facts.hard_links.unsearched:
        yield _cautious(
            f"{facts.name} stays on this computer: it has more than one name, and {shortened(path, facts.home)} could "
            "not be searched for it to the end"
        )


def _worded(declared: DeclaredPath, facts: PathFacts, way: Way) -> Label:
    """Give the declared label the sentence that explains it for this file."""
    if declared.label.source is LabelSource.UNSET:
        return declared.label
    if declared.path in facts.replaced and declared.is_folder and not declared.stays_here:
        folder = shortened(declared.path, facts.home)
        reason = f"{folder} is not the folder any more that you said something about: it was replaced"
        return replace(UNSET, reasons=(reason,))
    through = "" if way is facts.real else "through a link: "
    fate = FATE_OF_SENSITIVITY[declared.label.sensitivity]
    if declared.label.providers is not None and not declared.stays_here:
        fate += f" to {' and '.join(sorted(declared.label.providers)) or 'nobody'}"
    itself = declared.path == way[0].path and not declared.is_folder
    where = "you said so of this file" if itself else _called(declared, facts)
    return _with_reason(declared, f"{facts.name} {fate} ({through}{where})")


def _reworded(declared: DeclaredPath, facts: PathFacts, place: Place) -> Label:
    now, then = shortened(place.path, facts.home), shortened(declared.path, facts.home)
    return _with_reason(
        declared, f"{facts.name} {FATE_OF_SENSITIVITY[declared.label.sensitivity]} ({now} is what was {then})"
    )


def _called(declared: DeclaredPath, facts: PathFacts) -> str:
    return f"{'folder' if declared.is_folder else 'file'} {shortened(declared.path, facts.home)}"


def _with_reason(declared: DeclaredPath, reason: str) -> Label:
    return replace(declared.label, reasons=tuple(sorted({*declared.label.reasons, reason})))


def _cautious(reason: str) -> Label:
    return Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=(reason,))

"""The label of a file that an export is written to: said of its path before the file is there, by Aspen itself.

It is the label of the words in it, and never laxer than what a person has said of the place: where nobody has said
anything, the file waits for a word like any other, since what will be written into it later is not known. It says
nothing about where the words came from, so it does not count when they are imported again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from aspen.core.errors import NotFound
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.privacy.path_rules import DeclaredPath, label_of_path
from aspen.store.path_facts import declarations_of, facts_of_path

EXPORTED: Final = "It is an export of conversations"
"""The reason that marks a declaration as Aspen's own."""

DRAFT_LABEL: Final = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=(EXPORTED,))
"""What holds for a file while it is written: what will be in it is not known yet."""


def said_by_persons(declared: Sequence[DeclaredPath]) -> tuple[DeclaredPath, ...]:
    """Leave out what Aspen itself has said of exports."""
    return tuple(each for each in declared if EXPORTED not in each.label.reasons)


def declarations_of_export(
    path: Path, draft: Path, label: Label, declared: Sequence[DeclaredPath], home: Path
) -> tuple[DeclaredPath, ...]:
    """Return what to write down of `path` before the file at `draft` takes its place.

    The file keeps its inode number then, by which it is known again when it is moved. May search for hard links.
    """
    before = label_of_path(facts_of_path(path, declared, home=home), declared)
    is_persons = any(str(path) in (each.path, each.declared_as) for each in said_by_persons(declared))
    marked = replace(label.join(before), reasons=() if is_persons else (EXPORTED,))
    try:
        there = draft.stat()
    except OSError:
        raise NotFound(f"The file {draft} is gone while it was written.", hint="Export once more.") from None
    return tuple(
        replace(each, is_folder=False, device=there.st_dev, inode=there.st_ino)
        for each in declarations_of(path, marked)
    )

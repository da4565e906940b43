"""Projects: folders in which a person works, with what they answered when they were first asked about them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from aspen.core.errors import NotFound
from aspen.core.label import UNSET, Label, LabelSource
from aspen.database.connection import Row
from aspen.privacy.path_rules import DeclaredPath
from aspen.store.json_text import plain_text
from aspen.store.label_columns import LABEL_COLUMNS, LABEL_PLACES, LABEL_REPLACED, label_from_row, label_to_row
from aspen.store.moments import from_microseconds, to_microseconds
from aspen.store.path_labels import to_signed, to_unsigned
from aspen.store.session import Session

_COLUMNS: Final = f"project_id, folder, device, inode, name, default_model, instructions, asked_at_us, {LABEL_COLUMNS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """`label` is the default for everything put there; an unset one means: ask before anything leaves.

    `asked_at` is None until a person has answered. `project_id` is 0 for one that is not kept yet.
    """

    folder: str
    name: str
    label: Label = UNSET
    default_model: str | None = None
    instructions: str = ""
    asked_at: datetime | None = None
    device: int | None = None
    inode: int | None = None
    project_id: int = 0


class Projects:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, project: Project) -> Project:
        """Write a project and return it with its number; the project of this folder that is there is replaced."""
        asked_at_us = None if project.asked_at is None else to_microseconds(project.asked_at)
        with self._session.writing() as connection:
            rows = connection.execute(
                "INSERT INTO projects (folder, device, inode, name, default_model, instructions, asked_at_us, "
                f"{LABEL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, {LABEL_PLACES}) "
                "ON CONFLICT (folder) DO UPDATE SET device = excluded.device, inode = excluded.inode, "
                "name = excluded.name, default_model = excluded.default_model, instructions = excluded.instructions, "
                f"asked_at_us = excluded.asked_at_us, {LABEL_REPLACED} RETURNING project_id",
                (
                    *(os.fsencode(project.folder), to_signed(project.device), to_signed(project.inode)),
                    *(plain_text(project.name), project.default_model, plain_text(project.instructions)),
                    *(asked_at_us, *label_to_row(project.label)),
                ),
            )
        return replace(project, project_id=rows[0][0])

    def project_of(self, folder: Path) -> Project | None:
        """Return the project that an absolute folder belongs to: the nearest one at it or above it.

        Its label is never laxer than that of an enclosing project that stays here.
        """
        above = [str(folder), *map(str, folder.parents)]
        by_folder = {project.folder: project for project in self.all()}
        found = [by_folder[each] for each in above if each in by_folder]
        if not found:
            return None
        label = found[0].label
        for enclosing in found[1:]:
            if _declared(enclosing).stays_here:
                label = label.join(enclosing.label)
        return replace(found[0], label=label)

    def by_id(self, project_id: int) -> Project:
        """Return one project. Raises NotFound."""
        row = self._session.first(f"SELECT {_COLUMNS} FROM projects WHERE project_id = ?", (project_id,))
        if row is None:
            raise NotFound(f"There is no project {project_id}.")
        return _project(row)

    def all(self) -> tuple[Project, ...]:
        """Return all projects, in the order of their folders."""
        return tuple(_project(row) for row in self._session.read(f"SELECT {_COLUMNS} FROM projects ORDER BY folder"))

    def forget(self, project_id: int) -> None:
        """Remove a project; its conversations stay, without one. Raises NotFound."""
        with self._session.writing() as connection:
            if connection.change("DELETE FROM projects WHERE project_id = ?", (project_id,)) == 0:
                raise NotFound(f"There is no project {project_id}.")

    def declared(self) -> tuple[DeclaredPath, ...]:
        """Return what was answered for projects as declarations on their folders, those that ask left out."""
        return tuple(_declared(each) for each in self.all() if each.label.source is LabelSource.DECLARED)


def _declared(project: Project) -> DeclaredPath:
    return DeclaredPath(
        path=project.folder,
        declared_as=project.folder,
        label=project.label,
        is_folder=True,
        device=project.device,
        inode=project.inode,
    )


def _project(row: Row) -> Project:
    return Project(
        project_id=row[0],
        folder=os.fsdecode(row[1]),
        device=to_unsigned(row[2]),
        inode=to_unsigned(row[3]),
        name=row[4],
        default_model=row[5],
        instructions=row[6],
        asked_at=None if row[7] is None else from_microseconds(row[7]),
        label=label_from_row(row[8:]),
    )

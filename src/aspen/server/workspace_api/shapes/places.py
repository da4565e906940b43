"""What persons say of files, folders and projects."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.nouns import Label, Nothing, Word


class LabelledPath(TypedDict):
    """`path` has `~` for the home folder; the verbs take `absolute`."""

    path: str
    absolute: str
    word: Word
    label: Label


class Project(TypedDict):
    folder: str
    path: str
    name: str
    answer: Word
    is_asked: bool
    default_model: str | None
    instructions: str


class Labels(TypedDict):
    schema: int
    labels: list[LabelledPath]
    projects: list[Project]


class DeclareLabel(TypedDict):
    path: str
    label: str
    providers: NotRequired[list[str]]


class OfPath(TypedDict):
    path: str


class OfFolder(TypedDict):
    folder: str


class SetProject(TypedDict):
    folder: str
    answer: NotRequired[str]
    instructions: NotRequired[str]
    default_model: NotRequired[str | None]


SHAPES: dict[str, tuple[Any, Any]] = {
    "list_labels": (Nothing, Labels),
    "label_of": (OfPath, LabelledPath),
    "declare_label": (DeclareLabel, LabelledPath),
    "forget_label": (OfPath, LabelledPath),
    "project": (OfFolder, Project),
    "set_project": (SetProject, Project),
    "forget_project": (OfFolder, Project),
}

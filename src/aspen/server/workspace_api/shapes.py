"""What goes into and comes out of the verbs of the screens beside the chat, as types. Loaded by nobody who answers.

The page's types are written from these by `tests/server/typescript_shapes.py`, and a test holds the real answers
against them. A field that is not always there is NotRequired; new ones can appear at any time.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Word = Literal["stays-here", "my-servers", "may-leave", "ask"]


class Nothing(TypedDict):
    """No arguments."""


class Named(TypedDict):
    name: str


class Removal(TypedDict):
    kind: Literal["delete", "forget", "elsewhere"]
    way: str | None


class Model(TypedDict):
    name: str
    aliases: list[str]
    store: str
    path: str
    size_bytes: int
    architecture: str | None
    parameters: int | None
    quantization: str | None
    context_tokens: int | None
    skills: list[str]
    fit: str | None
    words_per_second: float | None
    problem: str | None
    removal: Removal


class AssistantLine(TypedDict):
    name: str
    model: str
    system: str | None


class ModelElsewhere(TypedDict):
    name: str
    provider: str
    title: str
    zone: Literal["own_servers", "cloud"]


class StoreProblem(TypedDict):
    store: str
    path: str
    sentence: str


class Models(TypedDict):
    schema: int
    default: str | None
    models: list[Model]
    assistants: list[AssistantLine]
    elsewhere: list[ModelElsewhere]
    problems: list[StoreProblem]


class Starter(TypedDict):
    name: str
    size_bytes: int


class CatalogueRow(TypedDict):
    name: str
    title: str
    kind: Literal["chat", "coder", "embedder"]
    skills: list[str]
    licence: str
    size_bytes: int
    fit: str
    is_fitting: bool
    words_per_second: float | None
    is_suggested: bool
    is_here: bool


class Catalogue(TypedDict):
    schema: int
    checked_on: str
    starter: Starter
    models: list[CatalogueRow]


class LoadedModel(TypedDict):
    schema: int
    name: str
    context_tokens: int
    notes: list[str]


class Unloaded(TypedDict):
    schema: int
    unloaded: int


class AddPath(TypedDict):
    path: str
    name: NotRequired[str]


class Added(TypedDict):
    schema: int
    name: str
    path: str


class Removed(TypedDict):
    schema: int
    kind: Literal["model", "assistant"]
    removed: list[str]


class FileSettings(TypedDict):
    schema: int
    path: str
    values: dict[str, object]
    said_by: dict[str, Literal["default", "workspace", "file", "environment"]]
    choosable: list[str]


class ChangeSetting(TypedDict):
    name: str
    value: str | float | None


class OfMonth(TypedDict):
    month: NotRequired[str]


class Savings(TypedDict):
    """`prompt` and `completion` are dollars for a million tokens."""

    schema: int
    month: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost_microdollars: int | None
    model: str | None
    provider: str | None
    prompt: float | None
    completion: float | None
    listed_on: str | None
    package: str


class Label(TypedDict):
    sensitivity: str
    source: str
    reasons: list[str]
    providers: list[str] | None


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


SHAPES: dict[str, tuple[type, type]] = {
    "models": (Nothing, Models),
    "catalogue": (Nothing, Catalogue),
    "load": (Named, LoadedModel),
    "unload": (Named, Unloaded),
    "add": (AddPath, Added),
    "remove": (Named, Removed),
    "settings": (Nothing, FileSettings),
    "change_setting": (ChangeSetting, FileSettings),
    "savings": (OfMonth, Savings),
    "list_labels": (Nothing, Labels),
    "declare_label": (DeclareLabel, LabelledPath),
    "forget_label": (OfPath, LabelledPath),
    "project": (OfFolder, Project),
    "set_project": (SetProject, Project),
    "forget_project": (OfFolder, Project),
}
"""The arguments and the result of each verb that is described so far."""

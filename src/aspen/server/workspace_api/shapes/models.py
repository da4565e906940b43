"""The models that are here, in memory, or to be had."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.assistants import CopyAssistant, CreateAssistant, MadeAssistant, ShownAssistant
from aspen.server.workspace_api.shapes.nouns import Named, Nothing, Seal, StoreProblem


class Removal(TypedDict):
    kind: Literal["delete", "forget", "elsewhere"]
    way: str | None


class ModelFacts(TypedDict):
    """What cannot be read of a file that has a `problem` is null."""

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


class Model(ModelFacts):
    removal: Removal


class ShownModel(ModelFacts):
    schema: int
    kind: Literal["model"]
    file_version: int
    tensor_types: dict[str, int]
    chat_template: str | None
    paths: list[str]
    projector: str | None
    advice: str | None


class AssistantLine(TypedDict):
    name: str
    model: str
    system: str | None


class ModelElsewhere(TypedDict):
    name: str
    provider: str
    title: str
    zone: Literal["own_servers", "cloud"]


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


class PullReference(TypedDict):
    reference: str


class Pulled(TypedDict):
    schema: int
    name: str
    paths: list[str]
    size_bytes: int
    sha256: list[str]


class Setup(TypedDict):
    schema: int
    ready: bool
    models: list[str]
    notes: list[str]


class RunningCore(TypedDict):
    pid: int
    launcher_pid: int
    version: str
    uptime_seconds: float
    seal: Seal | None


class Engine(TypedDict):
    name: str
    pid: int
    context_tokens: int
    slots: int
    requests_in_flight: int
    unloads_in_seconds: float | None
    memory_bytes: int | None
    jail: Seal


class Processes(TypedDict):
    schema: int
    service: RunningCore
    engines: list[Engine]


class EmbedTexts(TypedDict):
    input: list[str]
    model: NotRequired[str | None]


class Embedded(TypedDict):
    schema: int
    model: str
    vectors: list[list[float]]


SHAPES: dict[str, tuple[Any, Any]] = {
    "models": (Nothing, Models),
    "show": (Named, ShownModel | ShownAssistant),
    "catalogue": (Nothing, Catalogue),
    "load": (Named, LoadedModel),
    "unload": (Named, Unloaded),
    "ps": (Nothing, Processes),
    "add": (AddPath, Added),
    "remove": (Named, Removed),
    "create": (CreateAssistant, MadeAssistant),
    "copy": (CopyAssistant, ShownAssistant),
    "pull": (PullReference, Pulled),
    "setup": (Nothing, Setup),
    "embed": (EmbedTexts, Embedded),
}

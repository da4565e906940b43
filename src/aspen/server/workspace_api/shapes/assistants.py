"""Assistants: a model with instructions and parameters of its own."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Options(TypedDict):
    """How an answer is written. What is not said is the model's or the assistant's own."""

    temperature: NotRequired[float | None]
    top_p: NotRequired[float | None]
    min_p: NotRequired[float | None]
    repeat_penalty: NotRequired[float | None]
    top_k: NotRequired[int | None]
    repeat_last_n: NotRequired[int | None]
    seed: NotRequired[int | None]
    answer_tokens: NotRequired[int | None]
    context_tokens: NotRequired[int | None]
    stop: NotRequired[list[str] | None]


class CreateFromText(TypedDict):
    """`folder` is where the Modelfile lies: its paths are meant from there."""

    name: str
    modelfile: str
    folder: NotRequired[str]


CreateFromModel = TypedDict(
    "CreateFromModel",
    {"name": str, "from": str, "system": NotRequired[str], "parameters": NotRequired[Options]},
)
CreateAssistant = CreateFromText | CreateFromModel


class CopyAssistant(TypedDict):
    source: str
    target: str


class AdapterFile(TypedDict):
    path: str
    scale: float


class ShownAssistant(TypedDict):
    schema: int
    kind: Literal["assistant"]
    name: str
    model: str
    system: str | None
    parameters: Options
    weights_sha256: str
    weights_bytes: int
    adapters: list[AdapterFile]
    modelfile: str


class MadeAssistant(ShownAssistant):
    notes: list[str]

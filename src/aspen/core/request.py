"""What is asked of a model, in no vendor's dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aspen.core.label import UNSET, Label
from aspen.core.message import Message

AUTO = "auto"
"""The model name that leaves the choice to routing."""


class Purpose(StrEnum):
    """Why the model is asked. Everything but CHAT is background work, which is always local."""

    CHAT = "chat"
    TITLE = "title"
    CLASSIFY = "classify"
    EMBED = "embed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may ask for; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonSchema:
    """The answer must be JSON that satisfies `schema`."""

    schema: Mapping[str, object]


Output = FreeText | JsonSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are drawn. None leaves the engine's own default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    repeat_last_n: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one answer, and how it is drawn."""

    answer_tokens: int | None = None
    context_tokens: int | None = None
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterScale:
    """A LoRA adapter of the loaded model by its position, and how strongly it applies to this request."""

    index: int
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    request_id: str
    messages: tuple[Message, ...]
    purpose: Purpose = Purpose.CHAT
    tools: tuple[Tool, ...] = ()
    output: Output = field(default_factory=FreeText)
    limits: Limits = field(default_factory=Limits)
    label: Label = UNSET
    wanted_model: str = AUTO
    adapters: tuple[AdapterScale, ...] = ()
    top_logprobs: int = 0

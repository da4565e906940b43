"""`ask`: what it is told, and what it says in the end."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.assistants import Options
from aspen.server.workspace_api.shapes.nouns import Seal, Zone


class Picture(TypedDict):
    data: str
    media_type: NotRequired[str]


class AskMessage(TypedDict):
    role: Literal["system", "user", "assistant", "tool"]
    content: NotRequired[str | list[dict[str, object]] | None]
    images: NotRequired[list[Picture]]
    tool_calls: NotRequired[list[dict[str, object]]]
    tool_call_id: NotRequired[str]


class AdapterScale(TypedDict):
    index: int
    scale: float


class Ask(TypedDict):
    """`messages` are what is said now; in their place `again` names a question of the `conversation`.

    `files` are absolute paths, or references of files that were attached in the app.
    """

    messages: NotRequired[list[AskMessage]]
    again: NotRequired[str | None]
    conversation: NotRequired[str | None]
    parent: NotRequired[str | None]
    model: NotRequired[str | None]
    label: NotRequired[str | None]
    folder: NotRequired[str | None]
    files: NotRequired[list[str]]
    pictures: NotRequired[list[str]]
    options: NotRequired[Options]
    schema: NotRequired[dict[str, object] | None]
    schema_file: NotRequired[list[str]]
    tools: NotRequired[list[dict[str, object]]]
    adapters: NotRequired[list[AdapterScale]]
    keep_seconds: NotRequired[float | None]
    top_logprobs: NotRequired[int]
    is_piped: NotRequired[bool]
    is_preview: NotRequired[bool]


class Reason(TypedDict):
    code: str
    words: str


class Considered(TypedDict):
    model: str
    reason: Reason


class Route(TypedDict):
    """`flips` are sentences that say what would have led elsewhere."""

    kind: Literal["route"]
    model: str
    reasons: list[Reason]
    considered: list[Considered]
    flips: list[str]


class Refusal(TypedDict):
    """`remedies` are what a person can do, most useful first."""

    kind: Literal["refusal"]
    reasons: list[Reason]
    considered: list[Considered]
    remedies: list[str]


class Sent(TypedDict):
    """`sequence` is its number in the ledger."""

    provider: str
    body_bytes: int
    sequence: int


class Usage(TypedDict):
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


class Timings(TypedDict):
    first_token_ms: float
    tokens_per_second: float
    prompt_ms: float


class Ended(TypedDict):
    """How an answer ended and what it took; all of it null for one that did not end."""

    finish_reason: Literal["stop", "length", "tool_calls", "refused"] | None
    usage: Usage | None
    timings: Timings | None


class ToolCall(TypedDict):
    call_id: str
    name: str
    arguments: str


class Offer(TypedDict):
    """A model that fits this computer better than the starter; `reference` is what `pull` takes."""

    name: str
    reference: str
    size_bytes: int
    words_per_second: float | None


class Citation(TypedDict):
    number: int
    words: str


class LocatedCitation(Citation):
    """`path` is null for a file that came as bytes, `passage_id` for one that went whole."""

    path: str | None
    passage_id: int | None


class Answer(Ended):
    """`model` and `zone` are null where the decision is a refusal, the three ids where nothing is remembered."""

    schema: int
    answer: str
    thinking: str
    thinking_seconds: float | None
    tool_calls: list[ToolCall]
    model: str | None
    zone: Zone | None
    decision: Route | Refusal
    sent: Sent | None
    jail: Seal | None
    notes: list[str]
    offer: Offer | None
    passages_read: int
    passages_in_all: int
    files_read: int
    citations: list[LocatedCitation]
    conversation: str | None
    question: str | None
    turn: str | None


class Preview(TypedDict):
    """What `ask` gives with `is_preview`: nothing was sent."""

    schema: int
    decision: Route | Refusal
    leaves: bool


SHAPES: dict[str, tuple[Any, Any]] = {
    "ask": (Ask, Answer | Preview),
}

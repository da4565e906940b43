"""A run, and what it says before its last frame, which holds `result` or `error`."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.answers import Citation, Refusal, Route, Sent
from aspen.server.workspace_api.shapes.places import Project


class TextEvent(TypedDict):
    event: Literal["text"]
    text: str
    logprobs: NotRequired[list[dict[str, object]]]


class ThinkingEvent(TypedDict):
    event: Literal["thinking"]
    text: str


class ToolCallEvent(TypedDict):
    """A piece of the call with this `index`."""

    event: Literal["tool_call"]
    index: int
    call_id: str | None
    name: str | None
    arguments: str


class ProgressEvent(TypedDict):
    """`total` is null or 0 where nobody knows."""

    event: Literal["progress"]
    stage: str
    done: int
    total: int | None
    what: str


class AwaitingApprovalEvent(TypedDict):
    """Exactly these bytes wait at the gate for a person. `project` is there where the question has a folder."""

    event: Literal["awaiting_approval"]
    nonce: str
    body_sha256: str
    provider: str
    project: NotRequired[Project]


class SentEvent(Sent):
    event: Literal["sent"]


class RouteEvent(Route):
    event: Literal["decision"]


class RefusalEvent(Refusal):
    event: Literal["decision"]


class RememberedIds(TypedDict):
    conversation: str
    question: str
    turn: str


class RememberedEvent(RememberedIds):
    event: Literal["remembered"]
    is_encrypted: bool


class SentenceEvent(TypedDict):
    """`read` says what was read of files, `note` what is worth knowing."""

    event: Literal["read", "note"]
    text: str


class PassagesEvent(TypedDict):
    event: Literal["passages"]
    passages: list[Citation]


class PlanEvent(TypedDict):
    """What `pull` will fetch. `name` is a reference that `pull` takes."""

    event: Literal["plan"]
    name: str
    files: list[str]
    size_bytes: int
    fit: str
    words_per_second: float | None
    free_disk_bytes: int


class StoppedEvent(TypedDict):
    event: Literal["stopped"]


EventFrame = (
    TextEvent
    | ThinkingEvent
    | ToolCallEvent
    | ProgressEvent
    | AwaitingApprovalEvent
    | SentEvent
    | RouteEvent
    | RefusalEvent
    | RememberedEvent
    | SentenceEvent
    | PassagesEvent
    | PlanEvent
    | StoppedEvent
)


class RunCard(TypedDict):
    """`remembered` says where its answer is kept; null until it is."""

    run: str
    verb: str
    conversation: str | None
    event_count: int
    is_over: bool
    remembered: RememberedIds | None

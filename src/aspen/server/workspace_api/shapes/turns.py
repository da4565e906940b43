"""What the app draws of one conversation, and what a person does with its turns and its draft."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.answers import Citation, Ended, Refusal, Route, Sent, ToolCall
from aspen.server.workspace_api.shapes.conversations import Conversation, OfConversation
from aspen.server.workspace_api.shapes.files import AttachedFile, AttachedOnce
from aspen.server.workspace_api.shapes.nouns import Label, Word, Zone


class ViewConversation(OfConversation):
    """`before_turn` asks for the page above a turn; `showing` names one that must be among them."""

    count: NotRequired[int]
    leaf: NotRequired[str | None]
    before_turn: NotRequired[str | None]
    showing: NotRequired[str | None]


class KeptFile(TypedDict):
    """A text has a `name`; one that is a numbered passage has `number` and `words`. A picture has the rest."""

    name: str | None
    size_bytes: int
    kind: Literal["text", "picture"]
    number: NotRequired[int]
    words: NotRequired[str]
    media_type: NotRequired[str]
    sha256: NotRequired[str]


class ToolResult(TypedDict):
    call_id: str
    text: str


class KeptHere(TypedDict):
    is_whole: bool
    passages: list[str]


class TurnOfAny(TypedDict):
    """`siblings` are all versions of this turn, itself among them, oldest first."""

    turn: str
    parent: str | None
    text: str
    thinking: str
    tool_calls: list[ToolCall]
    tool_results: list[ToolResult]
    files: list[KeptFile]
    word: Word
    label: Label
    siblings: list[str]
    created_at: str
    was_stopped: bool
    kept_here: KeptHere | None


class QuestionTurn(TurnOfAny):
    role: Literal["user"]
    attached: list[AttachedOnce]


class AnswerTurn(TurnOfAny, Ended):
    """What an older Aspen did not keep is null."""

    role: Literal["assistant"]
    model: str | None
    decision: Route | Refusal | None
    zone: Zone | None
    sent: Sent | None
    thinking_seconds: float | None
    ended_at: str | None
    read: list[str]
    citations: list[Citation]


class OtherTurn(TurnOfAny):
    role: Literal["system", "tool"]


class View(Conversation):
    """`leaf` is the turn that the branch ends with; null for a conversation without turns."""

    system: str | None
    draft: str
    leaf: str | None
    turns: list[QuestionTurn | AnswerTurn | OtherTurn]
    has_more: bool


class OfTurn(OfConversation):
    turn: str


class ChooseBranch(OfTurn):
    count: NotRequired[int]


class KeepHere(OfTurn):
    """`passage` are exact words of the message; without, the whole message is meant."""

    passage: NotRequired[str | None]
    undo: NotRequired[bool]


class KeptOfTurn(TypedDict):
    schema: int
    conversation: str
    turn: str
    kept_here: KeptHere | None


class ChangedTurn(TypedDict):
    turn: str
    word: Word


class LetLeave(TypedDict):
    schema: int
    conversation: str
    changed: list[ChangedTurn]


class KeepDraft(OfConversation):
    text: NotRequired[str | None]


class Draft(TypedDict):
    schema: int
    conversation: str
    text: str
    changed_at: str | None
    attached: list[AttachedFile]
    is_encrypted: bool


SHAPES: dict[str, tuple[Any, Any]] = {
    "conversation": (ViewConversation, View),
    "choose_branch": (ChooseBranch, View),
    "keep_here": (KeepHere, KeptOfTurn),
    "let_leave": (OfTurn, LetLeave),
    "keep_draft": (KeepDraft, Draft),
    "read_draft": (OfConversation, Draft),
}

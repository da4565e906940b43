"""The list of conversations: found, opened, named, labelled, deleted, and given out as a document."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.nouns import Label, Word


class Card(TypedDict):
    """`project` is its folder; `model` is null where Aspen chooses."""

    conversation: str
    title: str
    model: str | None
    word: Word
    label: Label
    turn_count: int
    is_pinned: bool
    project: str | None
    created_at: str
    changed_at: str
    deleted_at: str | None


class Conversation(Card):
    schema: int
    is_encrypted: bool


class ListConversations(TypedDict):
    """`after` is the last id of the page before."""

    count: NotRequired[int]
    after: NotRequired[str | None]
    project: NotRequired[str | None]
    deleted: NotRequired[bool]


class Conversations(TypedDict):
    schema: int
    conversations: list[Card]
    has_more: bool
    is_encrypted: bool


class OpenConversation(TypedDict):
    words: NotRequired[str | None]
    is_exact: NotRequired[bool]


class KeptMessage(TypedDict):
    turn: str
    role: Literal["system", "user", "assistant", "tool"]
    text: str
    was_stopped: bool


class OpenedConversation(Conversation):
    """`turn` is the last answer's, and `unanswered` what was said after it; both empty where there is none."""

    system: str | None
    messages: list[KeptMessage]
    turn: str
    unanswered: str


class InWords(TypedDict):
    words: str


class Rename(InWords):
    title: str


class LabelChat(InWords):
    label: str


class DeleteChat(InWords):
    for_good: NotRequired[bool]


class OfConversation(TypedDict):
    conversation: str


class PinChat(OfConversation):
    is_pinned: bool


class Search(TypedDict):
    """`before` is what the page before gave."""

    text: NotRequired[str]
    count: NotRequired[int]
    before: NotRequired[str | None]


class SearchHit(TypedDict):
    """`turn` and `role` are null for a title. `marks` are pairs of a beginning and an end in UTF-16 units."""

    conversation: str
    title: str
    turn: str | None
    role: str | None
    when: str
    excerpt: str
    marks: list[list[int]]


class SearchHits(TypedDict):
    schema: int
    found: list[SearchHit]
    has_more: bool
    before: str | None
    is_encrypted: bool


class ExportText(OfConversation):
    form: Literal["json", "markdown"]


class ExportedText(TypedDict):
    schema: int
    title: str
    text: str


SHAPES: dict[str, tuple[Any, Any]] = {
    "list_conversations": (ListConversations, Conversations),
    "open_conversation": (OpenConversation, OpenedConversation),
    "rename_conversation": (Rename, Conversation),
    "label_conversation": (LabelChat, Conversation),
    "delete_conversation": (DeleteChat, Conversation),
    "restore_conversation": (InWords, Conversation),
    "purge_conversation": (OfConversation, Conversation),
    "pin_conversation": (PinChat, Conversation),
    "search": (Search, SearchHits),
    "export_text": (ExportText, ExportedText),
}

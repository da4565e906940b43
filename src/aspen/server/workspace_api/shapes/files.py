"""Files that go along with a question: attached, looked at, opened where an answer cites them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.assistants import Options
from aspen.server.workspace_api.shapes.nouns import Done, Word


class AttachFile(TypedDict):
    """`conversation` is an id, or `new`."""

    name: str
    base64: str
    conversation: str


class AttachPath(TypedDict):
    path: str
    conversation: str


class DetachFile(TypedDict):
    file: str


class AttachedOnce(TypedDict):
    """`file` is the reference that `ask` takes. Only what was counted in a file of its kind is there."""

    file: str
    name: str
    kind: Literal["text", "markdown", "python", "code", "csv", "pdf", "docx", "picture", "folder"]
    size_bytes: int
    notes: list[str]
    tokens: NotRequired[int]
    words: NotRequired[int]
    lines: NotRequired[int]
    pages: NotRequired[int]
    rows: NotRequired[int]
    files: NotRequired[int]
    width: NotRequired[int]
    height: NotRequired[int]
    media_type: NotRequired[str]


class AttachedFile(AttachedOnce):
    """`path` and `word`, the label of the path, are null for a file that came as bytes."""

    path: str | None
    word: Word | None


class NewlyAttached(AttachedFile):
    schema: int
    is_encrypted: bool


class LookAhead(TypedDict):
    files: NotRequired[list[str]]
    text: NotRequired[str]
    model: NotRequired[str | None]
    conversation: NotRequired[str | None]
    parent: NotRequired[str | None]
    options: NotRequired[Options]


class Ahead(TypedDict):
    """`model` is null where more than one could answer. `in_passages` are references of files."""

    schema: int
    model: str | None
    sees_pictures: bool
    sighted: list[str]
    room_tokens: int
    is_full: bool
    in_passages: list[str]
    is_encrypted: bool


class OpenPassage(TypedDict):
    conversation: str
    turn: str
    number: int


class Passage(TypedDict):
    """`before` and `after` stand around it in its file; both are empty where only the passage was kept."""

    schema: int
    number: int
    name: str
    words: str
    text: str
    before: str
    after: str
    is_encrypted: bool


class PictureOfTurn(TypedDict):
    conversation: str
    turn: str
    sha256: str


class PictureWaiting(TypedDict):
    file: str


class ShownPicture(TypedDict):
    schema: int
    media_type: str
    base64: str
    is_encrypted: bool


class Detached(Done):
    is_encrypted: bool


SHAPES: dict[str, tuple[Any, Any]] = {
    "attach_file": (AttachFile, NewlyAttached),
    "attach_path": (AttachPath, NewlyAttached),
    "detach_file": (DetachFile, Detached),
    "look_ahead": (LookAhead, Ahead),
    "passage": (OpenPassage, Passage),
    "picture": (PictureOfTurn | PictureWaiting, ShownPicture),
}

"""What is said in a conversation: messages made of parts. Values without identity; ids belong to the store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aspen.core.label import UNSET, Label


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture as its encoded bytes (PNG, JPEG…), never as a link: a link would be a fetch."""

    media_type: str
    encoded: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A document's name and the text that was read from it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A model's wish to call a tool. `arguments` is JSON text exactly as the model wrote it.

    `signature` as in `Thinking`: some providers sign the call and not the thought.
    """

    call_id: str
    name: str
    arguments: str
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    call_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """What a model thought before it answered.

    `signature` is opaque text that the provider wants back unchanged in later turns; with no text beside it, the
    thought itself is hidden from us. `dialect` says whose signature it is: no other dialect may send it.
    """

    text: str
    signature: str = ""
    dialect: str = ""


Part = Text | Image | File | ToolCall | ToolResult | Thinking


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: Role
    parts: tuple[Part, ...]
    label: Label = UNSET

    @classmethod
    def of_text(cls, role: Role, text: str, label: Label = UNSET) -> Message:
        """Build the common case: one message with one piece of text."""
        return cls(role=role, parts=(Text(text=text),), label=label)

    @property
    def text(self) -> str:
        """All plain text of the message, in order."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

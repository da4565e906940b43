"""LM Studio's conversation files: a row of messages, each in one or more versions of which one is selected.

Not described by its makers; read from files of version 0.3 and later. Attached files are left out.
"""

from __future__ import annotations

from aspen.migration.chats import (
    EPOCH,
    ForeignChat,
    ForeignMessage,
    Json,
    LeftOut,
    Part,
    moment_of,
    object_of,
    objects_of,
    text_of,
    text_part,
    thinking_part,
)


def is_chat(told: Json) -> bool:
    return any(isinstance(message.get("versions"), list) for message in objects_of(told.get("messages")))


def read_chat(told: Json, left_out: LeftOut) -> ForeignChat:
    """Read a file's one conversation; what follows a message follows its selected version."""
    messages: list[ForeignMessage] = []
    before: str | None = None
    for number, each in enumerate(objects_of(told.get("messages"))):
        versions = list(objects_of(each.get("versions")))
        selected = _number(each.get("currentlySelected"), len(versions))
        messages += [_message(f"{number}.{n}", before, version, left_out) for n, version in enumerate(versions)]
        before = f"{number}.{selected}" if versions else before
    created_at = moment_of(told.get("createdAt")) or EPOCH
    return ForeignChat(
        title=text_of(told.get("name")),
        messages=tuple(messages),
        current_id=before,
        created_at=created_at,
        changed_at=moment_of(told.get("assistantLastMessagedAt")) or created_at,
        instructions=text_of(told.get("systemPrompt")),
    )


def _number(told: object, count: int) -> int:
    is_one = isinstance(told, int) and not isinstance(told, bool) and 0 <= told < count
    return told if is_one and isinstance(told, int) else 0


def _message(name: str, parent: str | None, version: Json, left_out: LeftOut) -> ForeignMessage:
    blocks = [version] if version.get("type") == "singleStep" else list(objects_of(version.get("steps")))
    return ForeignMessage(
        message_id=name,
        parent_id=parent,
        role="user" if version.get("role") == "user" else "assistant",
        parts=tuple(part for block in blocks for part in _parts(block, left_out)),
    )


def _parts(block: Json, left_out: LeftOut) -> list[Part]:
    make = thinking_part if object_of(block.get("style")).get("type") == "thinking" else text_part
    parts: list[Part] = []
    for content in objects_of(block.get("content")):
        if content.get("type") != "text":
            left_out.add("files and tool steps")
        elif text_of(content.get("text")).strip():
            parts.append(make(text_of(content.get("text"))))
    return parts

"""ChatGPT's data export: `conversations.json`, a list of trees of messages.

Format, as far as its makers describe it: https://help.openai.com/en/articles/7260999. Pictures lie beside the file and
are not read; what tools were asked and answered is left out.
"""

from __future__ import annotations

from typing import Final, cast

from aspen.migration.chats import (
    EPOCH,
    ForeignChat,
    ForeignMessage,
    Json,
    LeftOut,
    Part,
    in_order,
    moment_of,
    object_of,
    objects_of,
    text_of,
    text_part,
    thinking_part,
)

_TO_EVERYBODY: Final = {"", "all"}


def is_chat(told: Json) -> bool:
    return isinstance(told.get("mapping"), dict)


def read_chat(told: Json, left_out: LeftOut) -> ForeignChat:
    """Read one conversation of the list."""
    nodes = {name: object_of(node) for name, node in object_of(told.get("mapping")).items()}
    parents = {name: text_of(node.get("parent")) or None for name, node in nodes.items()}
    messages = [_message(name, parents[name], nodes[name], left_out) for name in in_order(parents)]
    return ForeignChat(
        title=text_of(told.get("title")),
        messages=tuple(messages),
        current_id=text_of(told.get("current_node")) or None,
        created_at=moment_of(told.get("create_time")) or EPOCH,
        changed_at=moment_of(told.get("update_time")) or EPOCH,
    )


def _message(name: str, parent: str | None, node: Json, left_out: LeftOut) -> ForeignMessage:
    message, content = object_of(node.get("message")), object_of(object_of(node.get("message")).get("content"))
    role = text_of(object_of(message.get("author")).get("role"))
    parts: tuple[Part, ...] = ()
    if _is_for_people(role, message):
        parts = tuple(text_part(text) for text in _texts(content, left_out))
    elif role in {"assistant", "tool"} and content and content.get("content_type") != "thoughts":
        left_out.add("tool steps")
    return ForeignMessage(
        message_id=name,
        parent_id=parent,
        role="user" if role == "user" else "assistant",
        parts=parts,
        thoughts=_thoughts(content),
        created_at=moment_of(message.get("create_time")),
    )


def _is_for_people(role: str, message: Json) -> bool:
    is_hidden = object_of(message.get("metadata")).get("is_visually_hidden_from_conversation") is True
    kind = object_of(message.get("content")).get("content_type")
    is_said = role == "user" or (role == "assistant" and text_of(message.get("recipient")) in _TO_EVERYBODY)
    return is_said and not is_hidden and kind not in {"thoughts", "reasoning_recap", "user_editable_context"}


def _texts(content: Json, left_out: LeftOut) -> list[str]:
    """Return what can be read of a message: its texts; code that stands alone in a fence."""
    if content.get("content_type") == "code":
        code = text_of(content.get("text"))
        return [f"```\n{code}\n```"] if code.strip() else []
    told = content.get("parts")
    parts = cast("list[object]", told) if isinstance(told, list) else [content.get("text")]
    texts = [part if isinstance(part, str) else text_of(object_of(part).get("text")) for part in parts]
    left_out.add("pictures and sounds", sum(_is_pointer(part) for part in parts))
    return [text for text in texts if text.strip()]


def _is_pointer(part: object) -> bool:
    return "pointer" in text_of(object_of(part).get("content_type"))


def _thoughts(content: Json) -> tuple[Part, ...]:
    if content.get("content_type") != "thoughts":
        return ()
    told = [text_of(thought.get("content")) for thought in objects_of(content.get("thoughts"))]
    return tuple(thinking_part(text) for text in told if text.strip())

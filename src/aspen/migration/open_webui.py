"""Open WebUI's export: a list of chats, each with its messages as a tree in `chat.history`.

Read from what its own import takes: https://docs.openwebui.com/features/chat-conversations/data-controls/import-export.
Pictures and attached files are left out.
"""

from __future__ import annotations

import html
import re
from typing import Final

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

_REASONING: Final = re.compile(
    r'<details type="reasoning"[^>]{0,200}>\s*(?:<summary>[^<]{0,200}</summary>)?(.*?)</details>\s*', re.DOTALL
)


def is_chat(told: Json) -> bool:
    return isinstance(_history(told).get("messages"), dict)


def read_chat(told: Json, left_out: LeftOut) -> ForeignChat:
    """Read one chat of the list."""
    history, chat = _history(told), object_of(told.get("chat")) or told
    nodes = {name: object_of(node) for name, node in object_of(history.get("messages")).items()}
    parents = {name: text_of(node.get("parentId")) or None for name, node in nodes.items()}
    return ForeignChat(
        title=text_of(chat.get("title")) or text_of(told.get("title")),
        messages=tuple(_message(name, parents[name], nodes[name], left_out) for name in in_order(parents)),
        current_id=text_of(history.get("currentId")) or None,
        created_at=moment_of(told.get("created_at")) or moment_of(chat.get("timestamp")) or EPOCH,
        changed_at=moment_of(told.get("updated_at")) or moment_of(chat.get("timestamp")) or EPOCH,
        instructions=text_of(chat.get("system")) or text_of(object_of(chat.get("params")).get("system")),
    )


def _history(told: Json) -> Json:
    return object_of((object_of(told.get("chat")) or told).get("history"))


def _message(name: str, parent: str | None, node: Json, left_out: LeftOut) -> ForeignMessage:
    left_out.add("files and pictures", sum(1 for _ in objects_of(node.get("files"))))
    return ForeignMessage(
        message_id=name,
        parent_id=parent,
        role="user" if node.get("role") == "user" else "assistant",
        parts=_parts(text_of(node.get("content"))),
        created_at=moment_of(node.get("timestamp")),
    )


def _parts(content: str) -> tuple[Part, ...]:
    """Split what was thought from what was said: it stands in the text as HTML, each line quoted."""
    thoughts = [
        "\n".join(line.removeprefix(">").removeprefix(" ") for line in html.unescape(found).strip().splitlines())
        for found in _REASONING.findall(content)
    ]
    said = _REASONING.sub("", content).strip()
    parts = [thinking_part(thought) for thought in thoughts if thought.strip()]
    return (*parts, text_part(said)) if said else tuple(parts)

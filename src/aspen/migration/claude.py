"""Claude's data export: `conversations.json`, a list of conversations with `chat_messages`.

Its makers describe how to ask for it and not its form: https://support.claude.com/en/articles/9450526. Files beside
their extracted text, and what tools were asked and answered, are left out.
"""

from __future__ import annotations

from aspen.migration.chats import (
    EPOCH,
    ForeignChat,
    ForeignMessage,
    Json,
    LeftOut,
    Part,
    chain,
    file_part,
    in_order,
    moment_of,
    objects_of,
    text_of,
    text_part,
    thinking_part,
)


def is_chat(told: Json) -> bool:
    return isinstance(told.get("chat_messages"), list)


def read_chat(told: Json, left_out: LeftOut) -> ForeignChat:
    """Read one conversation of the list; newer exports say what each message follows, older ones are a row."""
    messages = {
        message.message_id: message
        for number, each in enumerate(objects_of(told.get("chat_messages")))
        for message in (_message(each, number, left_out),)
    }
    parents = {name: message.parent_id for name, message in messages.items()}
    is_tree = any(parent in messages for parent in parents.values())
    ordered = tuple(messages[name] for name in in_order(parents)) if is_tree else chain(tuple(messages.values()))
    return ForeignChat(
        title=text_of(told.get("name")),
        messages=ordered,
        current_id=text_of(told.get("current_leaf_message_uuid")) or next(reversed(messages), None),
        created_at=moment_of(told.get("created_at")) or EPOCH,
        changed_at=moment_of(told.get("updated_at")) or EPOCH,
    )


def _message(told: Json, number: int, left_out: LeftOut) -> ForeignMessage:
    return ForeignMessage(
        message_id=text_of(told.get("uuid")) or f"message {number}",
        parent_id=text_of(told.get("parent_message_uuid")) or None,
        role="user" if told.get("sender") in {"human", "user"} else "assistant",
        parts=(*_files(told, left_out), *_said(told, left_out)),
        created_at=moment_of(told.get("created_at")),
    )


def _said(told: Json, left_out: LeftOut) -> tuple[Part, ...]:
    parts: list[Part] = []
    for block in objects_of(told.get("content")):
        match block.get("type"):
            case "text":
                parts.append(text_part(text_of(block.get("text"))))
            case "thinking":
                parts.append(thinking_part(text_of(block.get("thinking"))))
            case "tool_use" | "tool_result":
                left_out.add("tool steps")
            case _:
                left_out.add("parts of an unknown kind")
    parts = [part for part in parts if text_of(part["text"]).strip()]
    text = text_of(told.get("text"))
    return tuple(parts) if parts or not text.strip() else (text_part(text),)


def _files(told: Json, left_out: LeftOut) -> list[Part]:
    attached = list(objects_of(told.get("attachments")))
    read = [each for each in attached if text_of(each.get("extracted_content")).strip()]
    left_out.add("files", len(attached) - len(read) + sum(1 for _ in objects_of(told.get("files"))))
    return [
        file_part(text_of(each.get("file_name")) or "attachment", text_of(each.get("extracted_content")))
        for each in read
    ]

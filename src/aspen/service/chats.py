"""Conversations that a person saves by name from `aspen chat`: one JSON file each, 0600, in Aspen's own folder."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import Failed, Misused, NotFound
from aspen.library.json_files import read_json_object, write_json
from aspen.library.names import check_name, file_stem
from aspen.workspace import Workspace

_SCHEMA = 1
_LARGEST_CHAT_BYTES = 256 * 1024 * 1024


async def save_chat(workspace: Workspace, arguments: Mapping[str, object]) -> AsyncGenerator[Frame]:
    """Save or replace a conversation."""
    name = check_name(str(arguments.get("name", "")))
    messages: object = arguments.get("messages")
    if not isinstance(messages, list):
        raise Misused("A chat is a list of messages.")
    saved_at = workspace.clock.now().astimezone(UTC).isoformat(timespec="seconds")
    content = {"schema": _SCHEMA, "name": name, "saved_at": saved_at, "model": arguments.get("model")}
    write_json(
        workspace.folders.chats / f"{file_stem(name)}.json", {**content, "messages": cast("list[object]", messages)}
    )
    yield {"result": {"schema": _SCHEMA, "name": name, "saved_at": saved_at}}


async def load_chat(workspace: Workspace, arguments: Mapping[str, object]) -> AsyncGenerator[Frame]:
    """Give back a saved conversation.

    Raises NotFound when none has that name.
    """
    name = str(arguments.get("name", ""))
    path = workspace.folders.chats / f"{file_stem(name)}.json"
    try:
        chat = read_json_object(path, limit_bytes=_LARGEST_CHAT_BYTES)
    except NotFound:
        raise NotFound(f"There is no saved chat {name}.", hint="/save NAME saves one.") from None
    yield {"result": chat}


async def list_chats(workspace: Workspace, _arguments: Mapping[str, object]) -> AsyncGenerator[Frame]:
    """List the saved conversations, the newest first; a damaged file is left out here and named when it is loaded."""
    chats: list[dict[str, object]] = []
    for path in workspace.folders.chats.glob("*.json"):
        try:
            chat = read_json_object(path, limit_bytes=_LARGEST_CHAT_BYTES)
        except (Failed, NotFound):
            continue
        messages = chat.get("messages")
        if isinstance(messages, list):
            turns = len(cast("list[object]", messages))
            chats.append({"name": chat.get("name"), "saved_at": chat.get("saved_at"), "turns": turns})
    chats.sort(key=lambda chat: str(chat["saved_at"]), reverse=True)
    yield {"result": {"schema": _SCHEMA, "chats": chats}}

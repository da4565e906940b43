"""Tells whose export a file is, and writes it as the document that `aspen import` reads.

What it says is as believable as any stranger's file: nobody vouches for a label, so everything in it stays here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final

from aspen.migration import chatgpt, claude, lm_studio, open_webui
from aspen.migration.chats import ForeignChat, ForeignMessage, Json, LeftOut, object_of, objects_of, without_gaps

_TITLE_LETTERS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program whose exports can be read. `is_chat` looks at one conversation, and at its shape alone."""

    title: str
    is_chat: Callable[[Json], bool]
    read_chat: Callable[[Json, LeftOut], ForeignChat]


PROGRAMS: Final = (
    Program(title="ChatGPT", is_chat=chatgpt.is_chat, read_chat=chatgpt.read_chat),
    Program(title="Claude", is_chat=claude.is_chat, read_chat=claude.read_chat),
    Program(title="Open WebUI", is_chat=open_webui.is_chat, read_chat=open_webui.read_chat),
    Program(title="LM Studio", is_chat=lm_studio.is_chat, read_chat=lm_studio.read_chat),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """`conversations` in the form of an export, without labels; `left_out` counts what was not taken, by kind."""

    program: str
    conversations: tuple[Json, ...]
    left_out: Mapping[str, int]


def recognise(told: object) -> Recognised | None:
    """Read what another program has exported; None for what is of no program that is known.

    Conversations without a word are left out.
    """
    chats = list(objects_of(told)) or [object_of(told)]
    program = next((each for each in PROGRAMS if each.is_chat(chats[0])), None)
    if program is None:
        return None
    left_out, ids = LeftOut(), count(1)
    read = [without_gaps(program.read_chat(chat, left_out)) for chat in chats if program.is_chat(chat)]
    left_out.add("empty conversations", sum(not chat.messages for chat in read))
    left_out.add("things of an unknown kind", len(chats) - len(read))
    return Recognised(
        program=program.title,
        conversations=tuple(_conversation(chat, ids) for chat in read if chat.messages),
        left_out=dict(left_out.counts),
    )


def _conversation(chat: ForeignChat, ids: Iterator[int]) -> Json:
    new_ids = {message.message_id: str(next(ids)) for message in chat.messages}
    return {
        "id": str(next(ids)),
        "title": chat.title or _first_words(chat),
        "created_at": chat.created_at.isoformat(),
        "changed_at": max(chat.created_at, chat.changed_at).isoformat(),
        "model": None,
        "instructions": {"text": chat.instructions, "was_answered": True} if chat.instructions.strip() else None,
        "current_turn": None if chat.current_id is None else new_ids[chat.current_id],
        "turns": [_turn(message, new_ids, chat.created_at) for message in chat.messages],
        "attachments": [],
    }


def _turn(message: ForeignMessage, new_ids: Mapping[str, str], begun_at: datetime) -> Json:
    return {
        "id": new_ids[message.message_id],
        "parent": None if message.parent_id is None else new_ids[message.parent_id],
        "role": message.role,
        "created_at": (message.created_at or begun_at).isoformat(),
        "is_complete": True,
        "decision": None,
        "parts": list(message.parts),
    }


def _first_words(chat: ForeignChat) -> str:
    said = next((str(part["text"]) for message in chat.messages for part in message.parts), "")
    return " ".join(said.split())[:_TITLE_LETTERS]

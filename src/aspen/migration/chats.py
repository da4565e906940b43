"""What every program's chats are made of: messages in a tree, and what of them an import leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal, cast

Json = Mapping[str, object]
Part = Json
"""A part as an export writes it: `kind` and its fields."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SECONDS: Final = 1e11
"""Beyond it a number counts milliseconds: as seconds it would lie in the year 5138."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignMessage:
    """One message; without parts it is not kept, and what follows it follows its parent.

    `thoughts` belong to the next message that is kept.
    """

    message_id: str
    parent_id: str | None
    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]
    thoughts: tuple[Part, ...] = ()
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignChat:
    """A conversation of another program. Each message comes after its parent; `current_id` is the last one seen."""

    title: str
    messages: tuple[ForeignMessage, ...]
    current_id: str | None
    created_at: datetime = EPOCH
    changed_at: datetime = EPOCH
    instructions: str = ""


@dataclass(slots=True)
class LeftOut:
    """Counts what a reader saw and could not take along, by a word for people such as `pictures`."""

    counts: Counter[str] = field(default_factory=Counter[str])

    def add(self, kind: str, count: int = 1) -> None:
        if count:
            self.counts[kind] += count


def text_part(text: str) -> Part:
    return {"kind": "text", "text": text}


def thinking_part(text: str) -> Part:
    return {"kind": "thinking", "text": text, "signature": "", "dialect": ""}


def file_part(name: str, text: str) -> Part:
    return {"kind": "file", "name": name, "text": text}


def object_of(told: object) -> Json:
    """Return an object, or an empty one for anything else: other programs leave out what they like."""
    return cast("Json", told) if isinstance(told, dict) else {}


def objects_of(told: object) -> Iterator[Json]:
    """Yield the objects of a list, and nothing for anything else."""
    if isinstance(told, list):
        for each in cast("list[object]", told):
            if isinstance(each, dict):
                yield cast("Json", each)


def text_of(told: object) -> str:
    return told if isinstance(told, str) else ""


def moment_of(told: object) -> datetime | None:
    """Read seconds or milliseconds since 1970, or an ISO 8601 time; None for anything else."""
    try:
        if isinstance(told, str):
            moment = datetime.fromisoformat(told)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(told, int | float) and not isinstance(told, bool):
            return datetime.fromtimestamp(told / 1000 if abs(told) > _MOST_SECONDS else told, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def in_order(parents: Mapping[str, str | None]) -> list[str]:
    """Order ids so that each comes after its parent; what hangs in a circle is left out."""
    children: dict[str | None, list[str]] = {}
    for each, parent in parents.items():
        children.setdefault(parent if parent in parents else None, []).append(each)
    ordered: list[str] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting.extend(reversed(children.get(each, [])))
    return ordered


def without_gaps(chat: ForeignChat) -> ForeignChat:
    """Drop messages without parts, and join an answer that was written in several pieces into one message."""
    followers = Counter(parent for parent in _kept_parents(chat.messages).values() if parent is not None)
    kept: dict[str, ForeignMessage] = {}
    stands_for: dict[str, str | None] = {}
    thoughts: dict[str | None, tuple[Part, ...]] = {}
    for message in chat.messages:
        parent = stands_for.get(message.parent_id) if message.parent_id is not None else None
        before = (*thoughts.get(message.parent_id, ()), *message.thoughts)
        if not message.parts:
            stands_for[message.message_id] = parent
            thoughts[message.message_id] = before
        elif parent is not None and kept[parent].role == message.role and followers[parent] == 1:
            kept[parent] = replace(kept[parent], parts=(*kept[parent].parts, *before, *message.parts))
            stands_for[message.message_id] = parent
            followers[parent] = followers[message.message_id]
        else:
            stands_for[message.message_id] = message.message_id
            kept[message.message_id] = replace(message, parent_id=parent, parts=(*before, *message.parts), thoughts=())
    current = stands_for.get(chat.current_id) if chat.current_id is not None else None
    return replace(chat, messages=tuple(kept.values()), current_id=current or next(reversed(kept), None))


def _kept_parents(messages: Iterable[ForeignMessage]) -> dict[str, str | None]:
    """Return the nearest ancestor with parts of each message that has some."""
    nearest: dict[str, str | None] = {}
    found: dict[str, str | None] = {}
    for message in messages:
        parent = nearest.get(message.parent_id) if message.parent_id is not None else None
        nearest[message.message_id] = message.message_id if message.parts else parent
        if message.parts:
            found[message.message_id] = parent
    return found


def chain(messages: Sequence[ForeignMessage]) -> tuple[ForeignMessage, ...]:
    """Let each message follow the one before it."""
    before: str | None = None
    chained: list[ForeignMessage] = []
    for message in messages:
        chained.append(replace(message, parent_id=before))
        before = message.message_id
    return tuple(chained)

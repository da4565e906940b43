"""Conversations without their turns: made, renamed, found again, deleted with a way back, and purged without one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from aspen.core.errors import Misused, NotFound, NotWritable
from aspen.core.label import UNSET, Label
from aspen.database.connection import Connection, Row, Value
from aspen.store.json_text import plain_text, to_json_text
from aspen.store.label_columns import LABEL_COLUMNS, LABEL_PLACES, label_from_row, label_to_row
from aspen.store.moments import from_microseconds, to_microseconds
from aspen.store.search_removal import remove_entries, remove_words
from aspen.store.session import Session

_COLUMNS: Final = (
    "conversation_id, title, project_id, wanted_model, settings, current_turn_id, created_at_us, changed_at_us, "
    "deleted_at_us, (SELECT count(*) FROM turns WHERE turns.conversation_id = conversations.conversation_id), "
    "is_pinned, (SELECT folder FROM projects WHERE projects.project_id = conversations.project_id), "
    f"{LABEL_COLUMNS}"
)
_NEWEST: Final = "ORDER BY changed_at_us DESC, conversation_id DESC"
_SHOWN_WHEN_UNCLEAR: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationCard:
    """What a list shows of a conversation. `current_turn_id` is the end of the branch that was last spoken in.

    `label` is the default for what is typed there. `settings` is whatever the one who talks wants to find again.
    """

    conversation_id: str
    title: str
    label: Label
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None
    turn_count: int
    current_turn_id: str | None
    project_id: int | None
    wanted_model: str | None
    settings: Mapping[str, object]
    is_pinned: bool = False
    project_folder: str | None = None


class Conversations:
    """Every method that writes raises StoreTooNew, NotWritable or DiskFull; every one with an id, NotFound."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self,
        title: str = "",
        *,
        conversation_id: str | None = None,
        label: Label = UNSET,
        project_id: int | None = None,
        wanted_model: str | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> ConversationCard:
        """Begin a conversation; one with this id that is there already stays as it is."""
        made_id = conversation_id or uuid4().hex
        now_us = self._session.now_us()
        with self._session.writing() as connection:
            connection.execute(
                "INSERT INTO conversations (conversation_id, title, project_id, wanted_model, settings, created_at_us, "
                f"changed_at_us, {LABEL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, {LABEL_PLACES}) "
                "ON CONFLICT (conversation_id) DO NOTHING",
                (
                    *(made_id, plain_text(title), project_id, wanted_model, to_json_text(settings or {})),
                    *(now_us, now_us, *label_to_row(label)),
                ),
            )
        return self.card(made_id)

    def card(self, conversation_id: str) -> ConversationCard:
        """Return one conversation, deleted or not."""
        row = self._session.first(f"SELECT {_COLUMNS} FROM conversations WHERE conversation_id = ?", (conversation_id,))
        if row is None:
            raise _not_found(conversation_id)
        return _card(row)

    def newest(self, limit: int = 50, *, after: ConversationCard | None = None) -> tuple[ConversationCard, ...]:
        """List what was last spoken in first, a page at a time; `after` is the last one of the page before."""
        return self._page("deleted_at_us IS NULL", limit, after)

    def pinned_first(
        self, limit: int = 50, *, after: ConversationCard | None = None, project_id: int | None = None
    ) -> tuple[ConversationCard, ...]:
        """As `newest`, with those that are pinned before all others; those of one project alone if it is named."""
        condition, parameters = "deleted_at_us IS NULL", list[Value]()
        if project_id is not None:
            condition, parameters = f"{condition} AND project_id = ?", [project_id]
        if after is not None:
            condition += " AND (is_pinned, changed_at_us, conversation_id) < (?, ?, ?)"
            parameters += [after.is_pinned, to_microseconds(after.changed_at), after.conversation_id]
        rows = self._session.read(
            f"SELECT {_COLUMNS} FROM conversations WHERE {condition} "
            "ORDER BY is_pinned DESC, changed_at_us DESC, conversation_id DESC LIMIT ?",
            (*parameters, max(0, limit)),
        )
        return tuple(_card(row) for row in rows)

    def deleted(self, limit: int = 50, *, after: ConversationCard | None = None) -> tuple[ConversationCard, ...]:
        """List what can still be restored, in the same order."""
        return self._page("deleted_at_us IS NOT NULL", limit, after)

    def last_used(self) -> ConversationCard | None:
        """Return the conversation to go on with."""
        return next(iter(self.newest(1)), None)

    def find(self, words: str) -> tuple[ConversationCard, ...]:
        """Return those whose id begins with `words`, else those whose title has them in it; the newest first."""
        folded = words.strip().casefold()
        if not folded:
            return ()
        rows = self._session.read("SELECT conversation_id, title FROM conversations WHERE deleted_at_us IS NULL")
        by_id = [row[0] for row in rows if row[0].casefold().startswith(folded)]
        by_title = [row[0] for row in rows if folded in row[1].casefold()]
        found = self._session.read(
            f"SELECT {_COLUMNS} FROM conversations WHERE conversation_id IN (SELECT value FROM json_each(?)) {_NEWEST}",
            (to_json_text(by_id or by_title),),
        )
        return tuple(_card(row) for row in found)

    def resolve(self, words: str) -> ConversationCard:
        """Return the one conversation that `words` mean. Raises NotFound for none, Misused for several."""
        found = self.find(words)
        exact = [card for card in found if words in (card.conversation_id, card.title)]
        match exact or found:
            case []:
                raise _not_found(words)
            case [only]:
                return only
            case several:
                named = ", ".join(
                    f"{card.conversation_id[:8]} ({card.title})" for card in several[:_SHOWN_WHEN_UNCLEAR]
                )
                raise Misused(
                    f"{words} could mean {len(several)} conversations.",
                    hint=f"Say more of its id: {named}.",
                    facts={"count": len(several)},
                )

    def rename(self, conversation_id: str, title: str) -> None:
        """Give it another title; it does not move up the list for that."""
        old = self.card(conversation_id).title
        with self._session.writing() as connection:
            connection.execute(
                "UPDATE conversations SET title = ? WHERE conversation_id = ?", (plain_text(title), conversation_id)
            )
            remove_words(connection, old)

    def pin(self, conversation_id: str, is_pinned: bool) -> None:
        """Let it stand before all others in the list, or no longer."""
        self._set(conversation_id, "is_pinned", is_pinned)

    def set_label(self, conversation_id: str, label: Label) -> None:
        """Change the default for what will be typed. The labels of its turns stay."""
        values = (*label_to_row(label), conversation_id)
        self._change(f"UPDATE conversations SET ({LABEL_COLUMNS}) = ({LABEL_PLACES}) WHERE conversation_id = ?", values)

    def set_wanted_model(self, conversation_id: str, model: str | None) -> None:
        self._set(conversation_id, "wanted_model", model)

    def set_settings(self, conversation_id: str, settings: Mapping[str, object]) -> None:
        self._set(conversation_id, "settings", to_json_text(settings))

    def delete(self, conversation_id: str) -> None:
        """Take it out of the lists; `restore` brings it back until it is purged."""
        self._set(conversation_id, "deleted_at_us", self._session.now_us())

    def restore(self, conversation_id: str) -> None:
        self._set(conversation_id, "deleted_at_us", None)

    def purge(self, conversation_id: str) -> None:
        """Remove it for good with its turns and the attachments that only they held, and from the log too.

        Takes seconds for a long conversation that `Search.take_out_some` was not called for before. Raises NotWritable
        where it is removed and another process holds the log.
        """
        with self._session.writing() as connection:
            if _purge(connection, "conversation_id = ?", (conversation_id,)) == 0:
                raise _not_found(conversation_id)
        if not self._session.checkpoint():
            raise NotWritable(
                "The conversation is deleted, but another program holds the store open, so a copy of it is in its log.",
                hint="End the other program; the log is emptied when Aspen ends.",
            )

    def purge_deleted(self, before: datetime) -> int:
        """Purge what was deleted before a moment, and return how many that were.

        Nobody waits for this: a log that another process holds is emptied later.
        """
        with self._session.writing() as connection:
            count = _purge(connection, "deleted_at_us < ?", (to_microseconds(before),))
        if count:
            self._session.checkpoint()
        return count

    def _page(self, condition: str, limit: int, after: ConversationCard | None) -> tuple[ConversationCard, ...]:
        parameters: tuple[Value, ...] = ()
        if after is not None:
            condition += " AND (changed_at_us, conversation_id) < (?, ?)"
            parameters = (to_microseconds(after.changed_at), after.conversation_id)
        rows = self._session.read(
            f"SELECT {_COLUMNS} FROM conversations WHERE {condition} {_NEWEST} LIMIT ?",
            (*parameters, max(0, limit)),
        )
        return tuple(_card(row) for row in rows)

    def _set(self, conversation_id: str, column: str, value: Value) -> None:
        self._change(f"UPDATE conversations SET {column} = ? WHERE conversation_id = ?", (value, conversation_id))

    def _change(self, sql: str, parameters: tuple[Value, ...]) -> None:
        with self._session.writing() as connection:
            if connection.change(sql, parameters) == 0:
                raise _not_found(str(parameters[-1]))


def _purge(connection: Connection, condition: str, parameters: tuple[Value, ...]) -> int:
    """Delete conversations and what they have in the index of words, which triggers alone would not take out whole."""
    chosen = f"conversation_id IN (SELECT conversation_id FROM conversations WHERE {condition})"
    rows = connection.execute(
        f"SELECT position FROM turns WHERE {chosen} AND NOT EXISTS "
        "(SELECT 1 FROM search_backlog WHERE search_backlog.position = turns.position) "
        f"UNION ALL SELECT entry FROM search_titles WHERE {chosen}",
        (*parameters, *parameters),
    )
    remove_entries(connection, [row[0] for row in rows])
    return connection.change(f"DELETE FROM conversations WHERE {condition}", parameters)


def _not_found(words: str) -> NotFound:
    return NotFound(f"There is no conversation {words}.", hint="`aspen chat --list` lists them.")


def _card(row: Row) -> ConversationCard:
    return ConversationCard(
        conversation_id=row[0],
        title=row[1],
        project_id=row[2],
        wanted_model=row[3],
        settings=json.loads(row[4]),
        current_turn_id=row[5],
        created_at=from_microseconds(row[6]),
        changed_at=from_microseconds(row[7]),
        deleted_at=None if row[8] is None else from_microseconds(row[8]),
        turn_count=row[9],
        is_pinned=bool(row[10]),
        project_folder=None if row[11] is None else os.fsdecode(row[11]),
        label=label_from_row(row[12:]),
    )

"""Whole conversations that come from a file: all of them are kept, or none. Their labels are decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aspen.core.label import Label
from aspen.database.connection import Value
from aspen.store.blobs import keep_blob
from aspen.store.conversations import ConversationCard
from aspen.store.json_text import plain_text, to_json_text
from aspen.store.label_columns import LABEL_COLUMNS, LABEL_PLACES, label_to_row
from aspen.store.moments import to_microseconds
from aspen.store.part_json import blobs_of
from aspen.store.session import Session
from aspen.store.turns import INSERT_TURN, KeptTurn, turn_row

_INSERT_CONVERSATION: Final = (
    "INSERT INTO conversations (conversation_id, title, wanted_model, settings, current_turn_id, created_at_us, "
    f"changed_at_us, {LABEL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, {LABEL_PLACES})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeConversation:
    """A conversation with all its turns, each after its parent, and the labels of its attachments by their SHA-256."""

    card: ConversationCard
    turns: tuple[KeptTurn, ...]
    blob_labels: Mapping[str, Label]


@dataclass(slots=True, kw_only=True)
class ArrivingRows:
    """Everything that is to be written, worked out beforehand. `blobs` are bytes with their label, by SHA-256."""

    conversations: list[tuple[Value, ...]] = field(default_factory=list[tuple[Value, ...]])
    turns: list[tuple[Value, ...]] = field(default_factory=list[tuple[Value, ...]])
    blobs: dict[str, tuple[bytes, Label]] = field(default_factory=dict[str, tuple[bytes, Label]])
    holders: list[tuple[Value, ...]] = field(default_factory=list[tuple[Value, ...]])

    @classmethod
    def of(cls, arriving: Sequence[WholeConversation]) -> ArrivingRows:
        """Work out the rows; their ids are new to the store."""
        rows = cls()
        for whole in arriving:
            rows.conversations.append(_conversation_row(whole.card))
            for kept in whole.turns:
                rows._add_turn(whole, kept)
        return rows

    def _add_turn(self, whole: WholeConversation, kept: KeptTurn) -> None:
        self.turns.append(turn_row(whole.card.conversation_id, kept))
        for sha256, content in blobs_of(kept.turn.message.parts).items():
            label = kept.turn.message.label.join(whole.blob_labels.get(sha256, kept.turn.message.label))
            present = self.blobs.get(sha256)
            self.blobs[sha256] = (content, label if present is None else present[1].join(label))
            self.holders.append((kept.turn.turn_id, sha256))


class Arrivals:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, rows: ArrivingRows) -> None:
        """Write all of it in one transaction. Nobody else can write meanwhile, nor use this connection."""
        now_us = self._session.now_us()
        with self._session.writing() as connection:
            connection.executemany(_INSERT_CONVERSATION, rows.conversations)
            connection.executemany(INSERT_TURN, rows.turns)
            for sha256, (content, label) in rows.blobs.items():
                keep_blob(connection, sha256, content, label=label, now_us=now_us)
            connection.executemany("INSERT INTO turn_blobs (turn_id, sha256) VALUES (?, ?)", rows.holders)


def _conversation_row(card: ConversationCard) -> tuple[Value, ...]:
    """A project is a folder of this computer: what arrives belongs to none."""
    model = None if card.wanted_model is None else plain_text(card.wanted_model)
    return (
        *(card.conversation_id, plain_text(card.title), model, to_json_text(card.settings)),
        *(card.current_turn_id, to_microseconds(card.created_at), to_microseconds(card.changed_at)),
        *label_to_row(card.label),
    )

"""The turns of a conversation as a tree: an edit is a branch. A turn is written once, or often while it grows.

What is complete is never overwritten, and writing a turn again never makes its label laxer: only a person does that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aspen.core.conversation import Conversation, Turn
from aspen.core.decision import Decision
from aspen.core.errors import Misused, NotFound, StoreDamaged
from aspen.core.label import Label
from aspen.core.message import Message, Part, Role
from aspen.database.connection import Connection, Row, Value
from aspen.store.blobs import Blobs, attach
from aspen.store.decision_json import decision_from_json, decision_to_json
from aspen.store.json_text import to_json_text
from aspen.store.label_columns import LABEL_COLUMNS, LABEL_PLACES, label_from_row, label_to_row
from aspen.store.moments import from_microseconds, to_microseconds
from aspen.store.outcome import UNKNOWN, Outcome, outcome_from_json, outcome_to_json
from aspen.store.part_json import blobs_of, part_from_json, part_to_json
from aspen.store.session import Session

TURN_COLUMNS: Final = (
    f"turn_id, parent_id, role, parts, decision_id, decision, is_complete, created_at_us, outcome, {LABEL_COLUMNS}"
)
"""What `kept_from_row` reads."""

INSERT_TURN: Final = (
    f"INSERT INTO turns (conversation_id, {TURN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {LABEL_PLACES})"
)
"""Takes what `turn_row` returns."""

TurnRow = tuple[Value, ...]
PartsJson = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """A turn with the decision that led to it. An incomplete one is an answer that is still coming, or was cut off."""

    turn: Turn
    decision: Decision | None = None
    is_complete: bool = True
    outcome: Outcome = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildTurn:
    """One of the turns that follow the same one. `has_children` says that something follows it in turn."""

    role: Role
    label: Label
    has_children: bool


class Turns:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session, blobs: Blobs) -> None:
        self._session = session
        self._blobs = blobs

    def save(self, conversation_id: str, kept: KeptTurn) -> None:
        """Write a turn; the same turn again is the same row, and one that was complete already stays as it was.

        A new turn becomes the current one of its conversation. Raises NotFound for a conversation or parent that is not
        there, Misused for a turn that lies elsewhere in the tree or would change what is complete.
        """
        turn, now_us = kept.turn, self._session.now_us()
        with self._session.writing() as connection:
            present = connection.first(
                f"SELECT conversation_id, parent_id, role, is_complete, parts, {LABEL_COLUMNS} FROM turns "
                "WHERE turn_id = ?",
                (turn.turn_id,),
            )
            if present is None:
                self._check_place(connection, conversation_id, turn.parent_id)
                label = turn.message.label
                self._insert(connection, conversation_id, kept)
            else:
                label = label_from_row(present[5:]).join(turn.message.label)
                self._update(connection, conversation_id, kept, present, label)
            if present is None or not present[3]:
                attach(connection, turn.turn_id, blobs_of(turn.message.parts), label=label, now_us=now_us)
            connection.execute(
                "UPDATE conversations SET changed_at_us = ? WHERE conversation_id = ?", (now_us, conversation_id)
            )

    def path(self, conversation_id: str, turn_id: str | None = None) -> tuple[KeptTurn, ...]:
        """Return the turns from the root to a turn, by default to the current one: the history that is sent along.

        Raises NotFound for a turn that is not in this conversation.
        """
        if turn_id is None:
            turn_id = self._current(conversation_id)
            if turn_id is None:
                return ()
        rows = self._session.read(
            "WITH RECURSIVE path (id, parent, depth) AS ("
            "SELECT turn_id, parent_id, 0 FROM turns WHERE conversation_id = ? AND turn_id = ? "
            "UNION ALL SELECT turn_id, parent_id, depth + 1 FROM turns, path WHERE turn_id = path.parent) "
            f"SELECT {TURN_COLUMNS} FROM turns JOIN path ON turn_id = path.id ORDER BY depth DESC",
            (conversation_id, turn_id),
        )
        if not rows:
            raise _no_turn(turn_id)
        return tuple(self._kept(row) for row in rows)

    def tree(self, conversation_id: str) -> tuple[KeptTurn, ...]:
        """Return all turns, each after its parent, siblings in the order in which they came."""
        rows = self._session.read(
            f"SELECT {TURN_COLUMNS} FROM turns WHERE conversation_id = ? ORDER BY position", (conversation_id,)
        )
        return tuple(self._kept(row) for row in rows)

    def children(self, conversation_id: str, parent_id: str | None) -> tuple[ChildTurn, ...]:
        """Return what is known of the turns that follow one, or that a conversation begins with, without their parts.

        Costs no more for a long conversation.
        """
        rows = self._session.read(
            "SELECT role, EXISTS (SELECT 1 FROM turns AS below WHERE below.conversation_id = turns.conversation_id "
            f"AND below.parent_id = turns.turn_id), {LABEL_COLUMNS} FROM turns "
            "WHERE conversation_id = ? AND parent_id IS ? ORDER BY position",
            (conversation_id, parent_id),
        )
        return tuple(
            ChildTurn(role=Role(row[0]), has_children=bool(row[1]), label=label_from_row(row[2:])) for row in rows
        )

    def label(self, turn_id: str) -> Label | None:
        """Return the label of a turn, in whatever conversation it is; None where there is no such turn."""
        row = self._session.first(f"SELECT {LABEL_COLUMNS} FROM turns WHERE turn_id = ?", (turn_id,))
        return None if row is None else label_from_row(row)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a whole conversation. Raises NotFound."""
        row = self._session.first("SELECT title FROM conversations WHERE conversation_id = ?", (conversation_id,))
        if row is None:
            raise _no_conversation(conversation_id)
        turns = tuple(kept.turn for kept in self.tree(conversation_id))
        return Conversation(conversation_id=conversation_id, title=row[0], turns=turns)

    def choose(self, conversation_id: str, turn_id: str) -> None:
        """Go on from this turn. Raises NotFound."""
        with self._session.writing() as connection:
            self._check_place(connection, conversation_id, turn_id)
            _make_current(connection, conversation_id, turn_id)

    def declare_label(self, turn_id: str, label: Label) -> None:
        """Set what a person said of one turn, laxer or stricter. Raises NotFound."""
        with self._session.writing() as connection:
            sql = f"UPDATE turns SET ({LABEL_COLUMNS}) = ({LABEL_PLACES}) WHERE turn_id = ?"
            if connection.change(sql, (*label_to_row(label), turn_id)) == 0:
                raise _no_turn(turn_id)

    def _current(self, conversation_id: str) -> str | None:
        row = self._session.first(
            "SELECT current_turn_id FROM conversations WHERE conversation_id = ?", (conversation_id,)
        )
        if row is None:
            raise _no_conversation(conversation_id)
        return row[0]

    def _check_place(self, connection: Connection, conversation_id: str, turn_id: str | None) -> None:
        if connection.first("SELECT 1 FROM conversations WHERE conversation_id = ?", (conversation_id,)) is None:
            raise _no_conversation(conversation_id)
        sql = "SELECT 1 FROM turns WHERE conversation_id = ? AND turn_id = ?"
        if turn_id is not None and connection.first(sql, (conversation_id, turn_id)) is None:
            raise _no_turn(turn_id)

    def _insert(self, connection: Connection, conversation_id: str, kept: KeptTurn) -> None:
        connection.execute(INSERT_TURN, turn_row(conversation_id, kept))
        _make_current(connection, conversation_id, kept.turn.turn_id)

    def _update(self, connection: Connection, conversation_id: str, kept: KeptTurn, present: Row, label: Label) -> None:
        """Let an incomplete turn grow; of a complete one only the label may change, to a stricter one."""
        turn = kept.turn
        if present[:3] != (conversation_id, turn.parent_id, turn.message.role.value):
            raise Misused(f"The turn {turn.turn_id} has another place already.")
        was_complete = bool(present[3])
        if was_complete and kept.is_complete and present[4] != _parts_text(turn):
            raise Misused(f"The turn {turn.turn_id} is complete.", hint="What is changed is another turn beside it.")
        connection.execute(
            f"UPDATE turns SET ({LABEL_COLUMNS}) = ({LABEL_PLACES}) WHERE turn_id = ?",
            (*label_to_row(label), turn.turn_id),
        )
        if not was_complete:
            connection.execute(
                "UPDATE turns SET parts = ?, decision_id = ?, decision = ?, is_complete = ?, outcome = ? "
                "WHERE turn_id = ?",
                (
                    *(_parts_text(turn), turn.decision_id, _decision_text(kept), kept.is_complete),
                    *(_outcome_text(kept), turn.turn_id),
                ),
            )

    def _kept(self, row: Row) -> KeptTurn:
        return kept_from_row(self._session, row, self._parts)

    def _parts(self, told: PartsJson) -> tuple[Part, ...]:
        return tuple(part_from_json(part, self._blobs.read) for part in told)


def kept_from_row(session: Session, row: Row, read_parts: Callable[[PartsJson], tuple[Part, ...]]) -> KeptTurn:
    """Rebuild a turn from the values of `TURN_COLUMNS`. Raises StoreDamaged, StoreTooNew."""
    try:
        message = Message(role=Role(row[2]), parts=read_parts(json.loads(row[3])), label=label_from_row(row[9:]))
        decision = None if row[5] is None else decision_from_json(json.loads(row[5]))
        outcome = outcome_from_json(json.loads(row[8]))
    except (KeyError, TypeError, ValueError) as error:
        session.check_known("a turn")
        raise StoreDamaged(f"The turn {row[0]} cannot be read.", facts={"turn_id": row[0]}) from error
    turn = Turn(
        turn_id=row[0],
        parent_id=row[1],
        message=message,
        decision_id=row[4],
        created_at=from_microseconds(row[7]),
    )
    return KeptTurn(turn=turn, decision=decision, is_complete=bool(row[6]), outcome=outcome)


def turn_row(conversation_id: str, kept: KeptTurn) -> TurnRow:
    """Return the values of a new turn."""
    turn = kept.turn
    return (
        *(conversation_id, turn.turn_id, turn.parent_id, turn.message.role.value, _parts_text(turn)),
        *(turn.decision_id, _decision_text(kept), kept.is_complete, to_microseconds(turn.created_at)),
        _outcome_text(kept),
        *label_to_row(turn.message.label),
    )


def _parts_text(turn: Turn) -> str:
    return to_json_text([part_to_json(part) for part in turn.message.parts])


def _decision_text(kept: KeptTurn) -> str | None:
    return None if kept.decision is None else to_json_text(decision_to_json(kept.decision))


def _outcome_text(kept: KeptTurn) -> str:
    return to_json_text(outcome_to_json(kept.outcome))


def _make_current(connection: Connection, conversation_id: str, turn_id: str) -> None:
    connection.execute(
        "UPDATE conversations SET current_turn_id = ? WHERE conversation_id = ?", (turn_id, conversation_id)
    )


def _no_turn(turn_id: str) -> NotFound:
    return NotFound(f"There is no turn {turn_id} in this conversation.")


def _no_conversation(conversation_id: str) -> NotFound:
    return NotFound(f"There is no conversation {conversation_id}.")

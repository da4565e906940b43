"""Turns with little in them, for tests of the tree."""

from __future__ import annotations

from datetime import UTC, datetime

from aspen.core.conversation import Turn
from aspen.core.label import UNSET, Label
from aspen.core.message import Message, Part, Role, Text
from aspen.store.turns import KeptTurn

MOMENT = datetime(2026, 11, 22, 10, 41, 0, 123456, tzinfo=UTC)


def turn_of(
    turn_id: str,
    parent_id: str | None = None,
    words: str = "words",
    *,
    label: Label = UNSET,
    parts: tuple[Part, ...] = (),
    is_complete: bool = True,
) -> KeptTurn:
    """Make a turn of a user that says `words`, and whatever else is in `parts`."""
    message = Message(role=Role.USER, parts=(Text(text=words), *parts), label=label)
    turn = Turn(turn_id=turn_id, parent_id=parent_id, message=message, decision_id=None, created_at=MOMENT)
    return KeptTurn(turn=turn, is_complete=is_complete)

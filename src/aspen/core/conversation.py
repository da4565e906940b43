"""A conversation is a tree of turns: an edit is a branch, and nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aspen.core.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    turn_id: str
    parent_id: str | None
    message: Message
    decision_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    conversation_id: str
    title: str
    turns: tuple[Turn, ...] = ()

    def path_to(self, turn_id: str) -> tuple[Turn, ...]:
        """Return the turns from the root to `turn_id`: the history that is sent along.

        Raises KeyError for a turn that is not in this conversation.
        """
        by_id = {turn.turn_id: turn for turn in self.turns}
        path: list[Turn] = []
        cursor: str | None = turn_id
        while cursor is not None:
            turn = by_id[cursor]
            path.append(turn)
            cursor = turn.parent_id
        return tuple(reversed(path))

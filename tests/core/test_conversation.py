"""A conversation is a tree: an edit is a branch, and the history of a turn is its path from the root."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aspen.core.conversation import Conversation, Turn
from aspen.core.message import Image, Message, Role, Text


def _turn(turn_id: str, parent_id: str | None) -> Turn:
    return Turn(
        turn_id=turn_id,
        parent_id=parent_id,
        message=Message.of_text(Role.USER, turn_id),
        decision_id=None,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


TREE = Conversation(
    conversation_id="c",
    title="",
    turns=(_turn("root", None), _turn("first", "root"), _turn("edited", "root"), _turn("leaf", "edited")),
)


def test_a_branch_does_not_see_what_it_replaced() -> None:
    assert [turn.turn_id for turn in TREE.path_to("leaf")] == ["root", "edited", "leaf"]
    assert [turn.turn_id for turn in TREE.path_to("first")] == ["root", "first"]


def test_a_turn_of_another_conversation_has_no_path() -> None:
    with pytest.raises(KeyError):
        TREE.path_to("elsewhere")


def test_the_text_of_a_message_is_its_text_parts_in_order() -> None:
    picture = Image(media_type="image/png", encoded=b"")
    message = Message(role=Role.USER, parts=(Text(text="a"), picture, Text(text="b")))
    assert message.text == "ab"

"""A file waits in a draft until a question takes it along, and is gone when nothing needs it any more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.core.conversation import Turn
from aspen.core.errors import DoesNotFit, NotFound
from aspen.core.message import Message, Role
from aspen.store.attached_files import KEPT_UNUSED, MOST_WAITING, AttachedFile
from aspen.store.store import Store
from aspen.store.turns import KeptTurn
from fakes.fixed_clock import FixedClock


def _add(store: Store, draft: str = "new", name: str = "a.txt", path: Path | None = None) -> AttachedFile:
    facts = {"words": 2, "notes": ["Zwei Wörter."]}
    return store.attached_files.add(draft, name=name, kind="text", path=path, facts=facts, content=b"two words")


def _question(store: Store, conversation_id: str, turn_id: str) -> None:
    message = Message.of_text(Role.USER, "What is in it?")
    at = datetime(2026, 11, 23, tzinfo=UTC)
    turn = Turn(turn_id=turn_id, parent_id=None, message=message, decision_id=None, created_at=at)
    store.turns.save(conversation_id, KeptTurn(turn=turn))


def test_what_waits_is_listed_in_order_with_what_was_read_of_it(store: Store) -> None:
    first, second = _add(store), _add(store, name="folder", path=Path("/home/ann/folder"))
    _add(store, draft="elsewhere")
    assert store.attached_files.waiting("new") == (first, second)
    assert first.facts == {"words": 2, "notes": ["Zwei Wörter."]}
    assert (first.path, second.path) == (None, Path("/home/ann/folder"))
    assert store.attached_files.content(first.file_id) == b"two words"


def test_a_file_that_was_left_out_is_gone(store: Store) -> None:
    file = _add(store)
    store.attached_files.remove(file.file_id)
    assert store.attached_files.waiting("new") == ()
    with pytest.raises(NotFound):
        store.attached_files.content(file.file_id)


def test_a_question_takes_a_file_out_of_the_draft_and_keeps_it_until_its_last_turn_is_gone(store: Store) -> None:
    file, card = _add(store), store.conversations.create("Chat")
    for turn_id in ("one", "two"):
        _question(store, card.conversation_id, turn_id)
        store.attached_files.took_along(turn_id, [file.file_id, "gone-meanwhile"])
    assert store.attached_files.waiting("new") == ()
    store.attached_files.remove(file.file_id)
    of_turns = store.attached_files.of_turns(["one", "two", "three"])
    assert {turn: [each.file_id for each in files] for turn, files in of_turns.items()} == {
        "one": [file.file_id],
        "two": [file.file_id],
    }
    store.conversations.delete(card.conversation_id)
    store.conversations.purge(card.conversation_id)
    with pytest.raises(NotFound):
        store.attached_files.file(file.file_id)


def test_what_waits_in_a_chat_goes_with_the_chat(store: Store) -> None:
    card = store.conversations.create("Chat")
    file = _add(store, draft=card.conversation_id)
    store.conversations.delete(card.conversation_id)
    store.conversations.purge(card.conversation_id)
    with pytest.raises(NotFound):
        store.attached_files.file(file.file_id)


def test_what_nobody_used_for_a_week_is_gone_with_the_next_file(store: Store, clock: FixedClock) -> None:
    old = _add(store)
    clock.advance(KEPT_UNUSED.total_seconds() + 1)
    new = _add(store)
    assert store.attached_files.waiting("new") == (new,)
    assert old.file_id != new.file_id


def test_a_draft_holds_so_many_files_and_no_more(store: Store) -> None:
    for _ in range(MOST_WAITING):
        _add(store)
    with pytest.raises(DoesNotFit, match="at most 20 files"):
        _add(store)
    _add(store, draft="elsewhere")

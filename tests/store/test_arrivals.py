"""Whole conversations from elsewhere: all or nothing, with their trees, pictures and labels; and a second reader."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Image
from aspen.database.errors import ConstraintBroken
from aspen.store.arrivals import ArrivingRows, WholeConversation
from aspen.store.conversations import ConversationCard
from aspen.store.part_json import sha256_of
from aspen.store.store import Store, open_store
from fakes.turns import MOMENT, turn_of

KEPT = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("said",))
PICTURE = Image(media_type="image/png", encoded=b"\x89PNG and more")
SHA256 = sha256_of(PICTURE.encoded)
KEY = bytes(range(32))


def whole_of(conversation_id: str, prefix: str, blob_label: Label = PUBLIC) -> WholeConversation:
    card = ConversationCard(
        conversation_id=conversation_id,
        title="A trip \ud83d",
        label=KEPT,
        created_at=MOMENT,
        changed_at=MOMENT,
        deleted_at=None,
        turn_count=3,
        current_turn_id=f"{prefix}2",
        project_id=None,
        wanted_model="model \ud83d",
        settings={"system": "x"},
    )
    turns = (
        turn_of(f"{prefix}1", label=PUBLIC, parts=(PICTURE,)),
        turn_of(f"{prefix}2", f"{prefix}1", label=KEPT),
        turn_of(f"{prefix}3", f"{prefix}1", "half \ud83d", is_complete=False),
    )
    return WholeConversation(card=card, turns=turns, blob_labels={SHA256: blob_label})


def test_what_arrives_is_there_with_its_tree_its_picture_and_its_labels(store: Store) -> None:
    arriving = whole_of("c", "t")
    store.arrivals.keep(ArrivingRows.of([arriving]))
    assert store.turns.tree("c") == arriving.turns
    assert [kept.turn.turn_id for kept in store.turns.path("c")] == ["t1", "t2"]
    card = store.conversations.card("c")
    assert (card.title, card.wanted_model) == ("A trip ?", "model ?")
    assert (card.label, card.created_at, card.settings) == (KEPT, MOMENT, {"system": "x"})
    assert (store.turns.label("t2"), store.turns.label("t3"), store.turns.label("none")) == (KEPT, UNSET, None)


def test_all_arrive_or_none(store: Store) -> None:
    with pytest.raises(ConstraintBroken):
        store.arrivals.keep(ArrivingRows.of([whole_of("a", "t"), whole_of("b", "t")]))
    assert store.conversations.newest() == ()
    assert store.turns.label("t1") is None
    assert store.blobs.count_and_size() == (0, 0)


@pytest.mark.parametrize("is_there_first", [True, False])
def test_a_picture_has_the_strictest_label_of_all_who_hold_it(store: Store, is_there_first: bool) -> None:
    strict, lax = whole_of("a", "s", KEPT), whole_of("b", "t")
    for whole in (strict, lax) if is_there_first else (lax, strict):
        store.arrivals.keep(ArrivingRows.of([whole]))
    assert store.blobs.label(SHA256) == KEPT
    store.conversations.purge("a")
    assert store.blobs.read(SHA256) == PICTURE.encoded
    store.conversations.purge("b")
    assert store.blobs.count_and_size() == (0, 0)


def test_the_strictest_label_counts_within_one_arrival_too() -> None:
    rows = ArrivingRows.of([whole_of("a", "s", KEPT), replace(whole_of("b", "t"), blob_labels={})])
    assert rows.blobs[SHA256][1] == KEPT


@pytest.mark.parametrize("key", [None, KEY])
def test_another_thread_reads_while_this_one_writes(tmp_path: Path, key: bytes | None) -> None:
    with open_store(tmp_path / "store.sqlite", key) as store, ThreadPoolExecutor(1) as thread:
        store.arrivals.keep(ArrivingRows.of([whole_of("a", "s")]))
        reader = thread.submit(store.open_reader).result()
        assert len(thread.submit(reader.turns.tree, "a").result()) == 3
        store.conversations.purge("a")
        assert thread.submit(reader.turns.tree, "a").result() == ()
        thread.submit(reader.close).result()

"""Attachments: once each, and no longer than a turn holds them."""

from __future__ import annotations

import hashlib

import pytest

from aspen.core.errors import NotFound, StoreDamaged
from aspen.core.label import PUBLIC, UNSET
from aspen.core.message import Image
from aspen.database.connection import open_database
from aspen.store.store import Store, open_store
from fakes.turns import turn_of

PICTURE = Image(media_type="image/png", encoded=b"picture" * 1000)
OTHER = Image(media_type="image/jpeg", encoded=b"another" * 10)
SHA256 = hashlib.sha256(PICTURE.encoded).hexdigest()


@pytest.fixture(autouse=True)
def conversations(store: Store) -> None:
    for name in ("a", "b"):
        store.conversations.create(conversation_id=name)


def test_the_same_picture_is_kept_once_and_goes_with_its_last_turn(store: Store) -> None:
    store.turns.save("a", turn_of("1", parts=(PICTURE, OTHER, PICTURE)))
    store.turns.save("b", turn_of("2", parts=(PICTURE,)))
    assert store.blobs.count_and_size() == (2, 7070)
    store.conversations.purge("a")
    assert store.blobs.count_and_size() == (1, 7000)
    assert store.blobs.read(SHA256) == PICTURE.encoded
    store.conversations.purge("b")
    assert store.blobs.count_and_size() == (0, 0)
    with pytest.raises(NotFound):
        store.blobs.read(SHA256)
    with pytest.raises(NotFound):
        store.blobs.label(SHA256)


def test_a_picture_that_a_growing_turn_drops_is_gone(store: Store) -> None:
    store.turns.save("a", turn_of("1", parts=(PICTURE,), is_complete=False))
    store.turns.save("a", turn_of("1", parts=(OTHER,), is_complete=False))
    assert store.blobs.count_and_size() == (1, 70)
    store.turns.save("a", turn_of("1", parts=()))
    assert store.blobs.count_and_size() == (0, 0)


def test_the_label_of_a_picture_is_the_strictest_of_its_turns(store: Store) -> None:
    store.turns.save("a", turn_of("1", parts=(PICTURE,), label=PUBLIC))
    assert store.blobs.label(SHA256) == PUBLIC
    store.turns.save("b", turn_of("2", parts=(PICTURE,), label=UNSET))
    store.turns.save("b", turn_of("3", parts=(PICTURE,), label=PUBLIC))
    assert store.blobs.label(SHA256) == UNSET
    assert store.turns.tree("a")[0].turn.message.label == PUBLIC


def test_a_picture_that_was_changed_on_the_disk_is_not_shown(store: Store) -> None:
    store.turns.save("a", turn_of("1", parts=(PICTURE,)))
    store.close()
    with open_database(store.path) as connection:
        connection.execute("UPDATE blobs SET content = ?", (b"forged",))
    with open_store(store.path, None) as again, pytest.raises(StoreDamaged, match=SHA256):
        again.turns.tree("a")

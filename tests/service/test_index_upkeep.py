"""The index of words follows what is remembered by itself, in small pieces, whoever asks for it how often."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aspen.service.index_upkeep import index_waiting, keep_in_step, take_out_deleted
from aspen.store.store import Store, open_store
from fakes.turns import turn_of


def _fill(store: Store) -> None:
    for name in ("a", "b"):
        store.conversations.create(conversation_id=name)
        for number in range(5):
            store.turns.save(name, turn_of(f"{name}{number}", words="pears", is_complete=False))


async def _until_found(store: Store, count: int) -> None:
    for _ in range(1000):
        if len(store.search.find("pears")) == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not all of it was found")


async def test_what_waits_is_found_and_what_is_deleted_is_taken_out_by_itself(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.sqlite", None) as store:
        _fill(store)
        for _ in range(3):
            keep_in_step(store)
        await _until_found(store, 10)
        store.conversations.delete("a")
        await index_waiting(store)
        await take_out_deleted(store)
        assert not store.search.take_out_some()
        store.conversations.restore("a")
        assert len(store.search.find("pears")) == 5
        await index_waiting(store)
        assert len(store.search.find("pears")) == 10


async def test_a_store_that_is_read_only_is_left_alone(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.sqlite", None) as store:
        _fill(store)
        reader = store.open_reader()
        try:
            await index_waiting(reader)
            await take_out_deleted(reader)
            assert reader.search.find("pears") == ()
        finally:
            reader.close()

"""A process to be killed: writes turns, takes many steps of a layout, or turns a file between plain and encrypted.

Run as a program: turns STORE [KEY], prints the id of each turn once it is kept; migrate FILE; rekey FILE KEY, over and
over.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from aspen.core.conversation import Turn
from aspen.core.errors import NotWritable
from aspen.core.message import Image, Message, Role, Text
from aspen.database.connection import open_database
from aspen.database.migrations import migrate
from aspen.database.rekey import decrypt_in_place, encrypt_in_place
from aspen.store.store import Store, open_store
from aspen.store.turns import KeptTurn

STEPS = [f"CREATE TABLE t{number} (word TEXT); INSERT INTO t{number} VALUES ('w');" for number in range(300)]


def kept_turn(turn_id: str, parent_id: str | None, words: str, *, is_complete: bool = True) -> KeptTurn:
    """Make a turn with a picture of its own."""
    parts = (Text(text=words), Image(media_type="image/png", encoded=turn_id.encode() * 50))
    message = Message(role=Role.ASSISTANT, parts=parts)
    turn = Turn(
        turn_id=turn_id,
        parent_id=parent_id,
        message=message,
        decision_id=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return KeptTurn(turn=turn, is_complete=is_complete)


def _write_turns(store: Store) -> None:
    conversation_id = store.conversations.create(conversation_id="long").conversation_id
    parent_id = None
    for number in count():
        turn_id = f"{os.getpid()}-{number}"
        for grown in range(3):
            store.turns.save(conversation_id, kept_turn(turn_id, parent_id, "word " * grown, is_complete=False))
        store.turns.save(conversation_id, kept_turn(turn_id, parent_id, "whole"))
        print(turn_id, flush=True)
        parent_id = turn_id


def _rekey(path: Path, key: bytes) -> None:
    print("begins", flush=True)
    while True:
        with suppress(NotWritable):  # somebody else has it open
            encrypt_in_place(path, key)
            decrypt_in_place(path, key)
        time.sleep(0.02)  # somebody else's turn


def _migrate(path: Path) -> None:
    print("begins", flush=True)
    with open_database(path) as connection:
        migrate(connection, STEPS)
        sys.stdin.read()  # done before anybody killed it


if __name__ == "__main__":
    task, path, *keys = sys.argv[1:]
    match task:
        case "turns":
            _write_turns(open_store(Path(path), bytes.fromhex(keys[0]) if keys else None))
        case "migrate":
            _migrate(Path(path))
        case _:
            _rekey(Path(path), bytes.fromhex(keys[0]))

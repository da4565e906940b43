"""A process that seals itself as the core does, and then uses a store. Run as a program with a writable folder."""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from aspen.core.conversation import Turn
from aspen.core.message import Message, Role
from aspen.jail.seal import seal_this_process
from aspen.store.store import open_store
from aspen.store.turns import KeptTurn


def _turn(number: int) -> KeptTurn:
    parent_id = str(number - 1) if number else None
    message = Message.of_text(Role.USER, "word " * 100)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return KeptTurn(
        turn=Turn(turn_id=str(number), parent_id=parent_id, message=message, decision_id=None, created_at=moment)
    )


def main() -> None:
    """Write, sort, encrypt, purge and open again; print how many turns there are each time."""
    folder = Path(sys.argv[1])
    channel, _other = socket.socketpair()
    seal_this_process(channel.fileno(), (folder,))
    path, key = folder / "data" / "store.sqlite", bytes(range(32))
    with open_store(path, None) as store:
        store.conversations.create(conversation_id="c")
        for number in range(2000):
            store.turns.save("c", _turn(number))
        print(len(store.turns.path("c")))
    with open_store(path, key) as store:
        print(len(store.turns.path("c", "1998")))
        store.conversations.purge("c")
        print(len(store.turns.tree("c")))


if __name__ == "__main__":
    main()

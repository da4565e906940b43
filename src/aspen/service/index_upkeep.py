"""Keeps the index of words in step with what is remembered, in small pieces, so that nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aspen.core.errors import AspenError
from aspen.store.store import Store

_PAUSE_SECONDS: Final = 0.01
"""Between two pieces, for whatever else the core has to do."""

_running: set[asyncio.Task[None]] = set()


def keep_in_step(store: Store) -> None:
    """Begin to do whatever is left to do, unless that is under way. What fails is tried again with the next call."""
    if not any(task.get_loop() is asyncio.get_running_loop() for task in _running):
        task = asyncio.create_task(_keep(store))
        _running.add(task)
        task.add_done_callback(_running.discard)


async def index_waiting(store: Store) -> None:
    """Take into the index all that waits for it: after an update seconds for many conversations, else a moment."""
    await _repeat(store.search.index_some, 0)


async def take_out_deleted(store: Store) -> None:
    """Take what is deleted out of the index."""
    await _repeat(store.search.take_out_some, _PAUSE_SECONDS)


async def _keep(store: Store) -> None:
    with suppress(AspenError):
        await _repeat(store.search.index_some, _PAUSE_SECONDS)
        await take_out_deleted(store)


async def _repeat(piece: Callable[[], bool], pause_seconds: float) -> None:
    """Do one piece after the other until there are no more."""
    has_more = True
    while has_more:
        has_more = piece()
        await asyncio.sleep(pause_seconds)

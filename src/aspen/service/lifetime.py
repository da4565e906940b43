"""How long the service lives: until it is told to stop, or until nobody has needed it for a while."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from aspen.local.engine_pool import EnginePool
from aspen.service.connections import Connections
from aspen.settings import Settings

_TICK_SECONDS = 1.0


async def live(
    settings: Settings, connections: Connections, engines: EnginePool, stopped: asyncio.Event, *, while_connected: bool
) -> None:
    """Return when the service should end. Unloads idle engines meanwhile.

    With `while_connected` it ends as soon as its first client has gone (`aspen --alone`).
    """
    idle_since = time.monotonic()
    had_client = False
    while not stopped.is_set():
        had_client = had_client or connections.open_count > 0
        if connections.open_count or engines.is_busy():
            idle_since = time.monotonic()
        if while_connected and had_client and not connections.open_count:
            return
        if time.monotonic() - idle_since > settings.idle_exit_seconds:
            return
        await engines.unload_idle()
        await _wait_for_a_change(connections, stopped)


async def _wait_for_a_change(connections: Connections, stopped: asyncio.Event) -> None:
    """Sleep for a tick, or less when a client comes or goes or the service is told to stop."""
    connections.changed.clear()
    waits = [asyncio.create_task(event.wait()) for event in (connections.changed, stopped)]
    with suppress(TimeoutError):
        await asyncio.wait(waits, timeout=_TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()

"""How long the service lives: until it is told to stop, or until nobody has needed it for a while."""

from __future__ import annotations

import asyncio
import time

from aspen.service.connections import Connections
from aspen.service.page_serving import PageServing
from aspen.workspace import Workspace

_TICK_SECONDS = 1.0
_FIRST_CLIENT_SECONDS = 10.0


async def live(
    workspace: Workspace,
    connections: Connections,
    page: PageServing,
    stopped: asyncio.Event,
    *,
    while_connected: bool,
) -> None:
    """Return when the service should end. Unloads idle engines meanwhile.

    With `while_connected` it ends as soon as its first client has gone (`aspen --alone`), or did not even come.
    """
    engines = workspace.engines
    idle_since = started = time.monotonic()
    while not stopped.is_set():
        if connections.open_count or engines.is_busy() or page.is_busy:
            idle_since = time.monotonic()
        came = connections.had_any or time.monotonic() - started > _FIRST_CLIENT_SECONDS
        if while_connected and came and not connections.open_count:
            return
        if time.monotonic() - idle_since > workspace.settings.idle_exit_seconds:
            return
        await engines.unload_idle()
        await _wait_for_a_change(connections, stopped)


async def _wait_for_a_change(connections: Connections, stopped: asyncio.Event) -> None:
    """Sleep for a tick, or less when a client comes or goes or the service is told to stop."""
    connections.changed.clear()
    waits = [asyncio.create_task(event.wait()) for event in (connections.changed, stopped)]
    await asyncio.wait(waits, timeout=_TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()

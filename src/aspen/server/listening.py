"""Accepts connections on a listener that came from elsewhere, and gives each to uvicorn's HTTP/1.1.

The sealed core may neither open nor listen: `Server.serve` of uvicorn would do both. Nothing of uvicorn or Starlette is
loaded before the first connection, so that a command at a terminal does not pay for the app.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine

OnConnection = Callable[[], asyncio.Protocol]
"""Makes the protocol of one connection; uvicorn's, in practice."""

_MOST_CONNECTIONS = 256
_PAUSE_SECONDS = 0.05


class Listening:
    """Accepts on any number of listeners until `close`. `load` is called once, at the first connection."""

    def __init__(self, load: Callable[[], Coroutine[object, object, OnConnection]]) -> None:
        self._load = load
        self._make: asyncio.Task[OnConnection] | None = None
        self._accepting: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Transport] = set()

    @property
    def open_count(self) -> int:
        self._open = {transport for transport in self._open if not transport.is_closing()}
        return len(self._open)

    def listen(self, listener: socket.socket) -> None:
        """Begin to accept on a listener that is open, and keep it."""
        listener.setblocking(False)
        task = asyncio.create_task(self._accept_on(listener))
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)

    async def close(self) -> None:
        """Stop accepting and end what is open."""
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        for transport in self._open:
            transport.abort()
        await asyncio.sleep(0)  # a transport lets go of its socket in the next round of the loop

    async def _accept_on(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                try:
                    connection, _ = await loop.sock_accept(listener)
                except OSError:  # out of descriptors, or a client that was gone already: others are still waiting
                    await asyncio.sleep(_PAUSE_SECONDS)
                    continue
                if self.open_count >= _MOST_CONNECTIONS:
                    connection.close()
                    continue
                await self._serve(connection)

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            make = await self._loaded()
            transport, _ = await loop.connect_accepted_socket(make, connection)
        except OSError:
            connection.close()
            return
        except asyncio.CancelledError:
            connection.close()
            raise
        self._open.add(transport)

    async def _loaded(self) -> OnConnection:
        if self._make is None:
            self._make = asyncio.create_task(self._load())
        return await asyncio.shield(self._make)

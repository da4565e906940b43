"""Keeps one window: accepts what its browser opens, connects that to Aspen, and hands both to the forwarder.

Outside of the window's network, and not sealed; it reads nothing of what a page says. It never starts the service: who
stopped that wants it stopped. While the window is open the service stays.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aspen.channel.address import SOCKET_NAME, connect, short_path
from aspen.core.errors import Failed
from aspen.window.browsers import Browser, crash_environment, prepare_profile
from aspen.window.child_processes import Forwarder, Inside, start_forwarder, start_inside
from aspen.window.entering import window_link
from aspen.window.places import PAGE_PORT, SOCKETS_BY_PORT

_CONNECT_SECONDS = 5.0
_AGAIN_SECONDS = 1.0
_SHOWN_SECONDS = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`runtime` is the folder of the service's sockets, `profile` the browser's own. `hidden` it finds empty."""

    runtime: Path
    profile: Path
    browser: Browser
    hidden: tuple[Path, ...] = ()


class Keeper:
    """One window from start to end. Raises what `start_inside` and `start_forwarder` do when it begins."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._tasks: set[asyncio.Task[None]] = set()
        self._inside: Inside | None = None
        self._forwarder: Forwarder | None = None
        self._restarting = asyncio.Lock()
        self._was_asked = asyncio.Event()

    async def begin(self) -> None:
        """Open the window, and return once its browser has asked for the page.

        Raises NotSealed, Failed, and what keeps the service from giving a start key.
        """
        prepare_profile(self._plan.profile)
        inside = await self._start()
        for listener, name in zip(inside.listeners, SOCKETS_BY_PORT.values(), strict=True):
            self._go_on(self._accept_on(listener, name))
        self._go_on(self._keep_service())
        await self.open_page()
        await self._shown(inside)

    async def open_page(self) -> None:
        """Open a page in the browser: its first, or one more. Raises AspenError when the service gives no key."""
        link = await asyncio.to_thread(window_link, self._plan.runtime)
        if self._inside is not None:
            self._inside.run(self._plan.browser.command(link, self._plan.profile, is_root=os.getuid() == 0))

    async def closed(self) -> int:
        """Wait until the window is closed, and return the browser's exit status."""
        return 0 if self._inside is None else await self._inside.child.process.wait()

    async def end(self) -> None:
        """Close the window if it is open, and leave no process behind."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        started = (each.child for each in (self._inside, self._forwarder) if each is not None)
        await asyncio.gather(*(child.end() for child in started))

    def state(self) -> dict[str, object]:
        """Say who is who. What holds of them is for whoever asks to measure (`aspen.window.state`)."""
        inside, forwarder = self._inside, self._forwarder
        return {
            "schema": 1,
            "keeper_pid": os.getpid(),
            "inside_pid": inside.child.process.pid if inside else 0,
            "forwarder_pid": forwarder.child.process.pid if forwarder else 0,
            "forwarder": forwarder.told if forwarder else {},
            "browser": self._plan.browser.name,
            "hidden": list(inside.hidden) if inside else [],
        }

    def _go_on(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self) -> Inside:
        """Start both children at once; `end` ends the one that started when the other did not."""
        inside, forwarder = await asyncio.gather(
            start_inside(SOCKETS_BY_PORT, self._plan.hidden, {**os.environ, **crash_environment(self._plan.profile)}),
            start_forwarder(),
            return_exceptions=True,
        )
        self._inside = inside if isinstance(inside, Inside) else None
        self._forwarder = forwarder if isinstance(forwarder, Forwarder) else None
        if isinstance(inside, BaseException):
            raise inside
        if isinstance(forwarder, BaseException):
            raise forwarder
        return inside

    async def _shown(self, inside: Inside) -> None:
        asked = asyncio.create_task(self._was_asked.wait())
        ended = asyncio.create_task(inside.child.process.wait())
        await asyncio.wait((asked, ended), timeout=_SHOWN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        has_asked = asked.done()
        for task in (asked, ended):
            task.cancel()
        if has_asked:
            return
        name, code = self._plan.browser.name, inside.child.process.returncode
        told = f"ended at once (exit status {code})" if code is not None else "did not ask for Aspen's page"
        raise Failed(f"The browser {name} {told}.", hint=f"Run `{name}` by itself to see why, or `aspen open --tab`.")

    async def _accept_on(self, listener: socket.socket, name: str) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                try:
                    connection, _ = await loop.sock_accept(listener)
                except OSError:  # out of descriptors, or a page that was gone already: others are still waiting
                    await asyncio.sleep(_AGAIN_SECONDS)
                    continue
                if name == SOCKETS_BY_PORT[PAGE_PORT]:
                    self._was_asked.set()
                await self._join(connection, name)

    async def _join(self, connection: socket.socket, name: str) -> None:
        """Connect a page to its server. When nobody is there, the page sees its connection end."""
        connection.setblocking(False)
        server = await _connected(self._plan.runtime / name)
        if server is None:
            connection.close()
        elif self._forwarder is not None and not self._forwarder.hand_over(connection, server):
            self._forwarder = await self._another(self._forwarder)

    async def _another(self, broken: Forwarder) -> Forwarder:
        """Start another forwarder in the place of one that has ended; the page tries again by itself."""
        async with self._restarting:
            if self._forwarder is not broken and self._forwarder is not None:
                return self._forwarder
            await broken.child.end()
            return await start_forwarder()

    async def _keep_service(self) -> None:
        """Hold a connection without a command, so that the service does not end for want of any. Again and again."""
        while True:
            with suppress(OSError):
                path = self._plan.runtime / SOCKET_NAME
                with short_path(path) as short:
                    reader, writer = await asyncio.open_unix_connection(short)
                try:
                    while await reader.read(1 << 12):
                        pass
                finally:
                    writer.close()
            await asyncio.sleep(_AGAIN_SECONDS)


async def _connected(path: Path) -> socket.socket | None:
    try:
        server = await asyncio.to_thread(connect, path, _CONNECT_SECONDS)
    except OSError:
        return None
    server.setblocking(False)
    return server

"""Where browsers reach the gate: its own pages, on a Unix socket and, once a person wants a tab, on a port of loopback.

Whoever opens a page is let in by a key that the person's own command asked for on the gate's socket. Until the first
connection nothing of HTTP is loaded.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aspen.core.errors import GateUnreachable, Misused
from aspen.egress.gate.arguments import Json, text, text_or_none
from aspen.egress.gate.page.origins import answered_hosts, checked_app_origin, gate_origin
from aspen.egress.gate.person_socket import Frames, RunVerb, peer_uid
from aspen.loopback.one_time_keys import OneTimeKeys

if TYPE_CHECKING:
    from aspen.egress.gate.page.site import Site

_SCHEMA = 1
_MOST_CONNECTIONS = 64
_WAYS = ("tab", "window")

OpenPort = Callable[[], Awaitable[object]]
"""Has the launcher open a port and hand its listener over, which it does only once."""


class Pages:
    """`run` gives a person's verb to the gate; `folder` is the gate's own."""

    def __init__(self, run: RunVerb, folder: Path, open_port: OpenPort) -> None:
        self._run = run
        self._folder = folder
        self._open_port = open_port
        self._keys = OneTimeKeys()
        self._site: Site | None = None
        self._servers: list[asyncio.Server] = []
        self._conversations: set[asyncio.Task[None]] = set()
        self._port: int | None = None

    async def listen(self, listener: socket.socket) -> None:
        """Begin to accept on a listener that came from the launcher, a Unix one or one of loopback."""
        if listener.family == socket.AF_UNIX:
            serve = partial(self._serve, answered_hosts(None))
            self._servers.append(await asyncio.start_unix_server(serve, sock=listener))
            return
        self._port = int(listener.getsockname()[1])
        serve = partial(self._serve, answered_hosts(self._port))
        self._servers.append(await asyncio.start_server(serve, sock=listener))

    async def open_page(self, arguments: Json) -> Frames:
        """Issue a key for the app at `app_origin`, and say where the pages are: in a `tab`, or beside a `window`."""
        app_origin = checked_app_origin(text(arguments, "app_origin"))
        way = text_or_none(arguments, "way") or _WAYS[0]
        if way not in _WAYS:
            raise Misused(f"A page is opened in a {' or a '.join(_WAYS)}.")
        if way == "tab" and self._port is None:
            await self._open_port()
            if self._port is None:
                raise GateUnreachable("The launcher opened no port for the gate's pages.", hint="See the log.")
        origin = gate_origin(app_origin, self._port if way == "tab" else None)
        key = self._keys.issue(app_origin)
        yield {"result": {"schema": _SCHEMA, "origin": origin, "key": key, "link": f"{origin}/start#{key}"}}

    async def close(self) -> None:
        """Stop accepting and end what is open."""
        for server in self._servers:
            server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _serve(self, hosts: frozenset[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._conversations.add(task)
        try:
            if len(self._conversations) <= _MOST_CONNECTIONS and _is_ours(writer):
                await self._converse(hosts, reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # cancelled only when the gate ends; Python 3.11 would log that as a defect
        finally:
            self._conversations.discard(task)
            writer.close()

    async def _converse(
        self, hosts: frozenset[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from aspen.egress.gate.page.connection import converse  # a gate that no browser asks pays nothing for HTTP

        site = self._loaded_site()
        await converse(reader, writer, lambda request: site.answer(request, hosts))

    def _loaded_site(self) -> Site:
        from aspen.egress.gate.page.sessions import Sessions
        from aspen.egress.gate.page.site import Site

        if self._site is None:
            self._site = Site(self._run, self._keys, Sessions(self._folder))
        return self._site


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """The kernel says who connects to a Unix socket; on a port the session's cookie has to."""
    connection = cast("socket.socket", writer.get_extra_info("socket"))
    return connection.family != socket.AF_UNIX or peer_uid(writer) == os.getuid()

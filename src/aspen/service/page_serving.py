"""The app's server inside the core: its listener, its sessions, and the verb that lets a person's own process in."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import AspenError, Misused
from aspen.server.listening import Listening, OnConnection
from aspen.server.runs import OnDefect, Runs, RunVerb
from aspen.server.start_keys import StartKeys
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]
OpenListener = Callable[[], Awaitable[socket.socket]]
"""Has the launcher open a loopback port, which the sealed core cannot."""

_SECRET = "page_session_secret"
_SECRET_BYTES = 32
_GATES = "gate_page_origins"
_APP_ORIGIN = re.compile(r"http://(aspen\.localhost|localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
_GATE_ORIGIN = re.compile(r"http://(gate\.aspen\.localhost|127\.0\.0\.1)(:[0-9]{1,5})?")


class PageServing:
    """Nothing of it is loaded before the first connection. `run` starts a verb of the core."""

    def __init__(self, workspace: Workspace, run: RunVerb, open_listener: OpenListener, on_defect: OnDefect) -> None:
        self._workspace = workspace
        self._run = run
        self._open_listener = open_listener
        self._on_defect = on_defect
        self._port: int | None = None
        self._gates: dict[str, str] = {}
        self._keys: asyncio.Task[StartKeys] | None = None
        self._runs = Runs(run, on_defect)
        self._listening = Listening(self._load)

    @property
    def is_busy(self) -> bool:
        """Whether a page is open or something goes on that a page began."""
        return bool(self._listening.open_count or self._runs.live_count)

    def listen(self, listener: socket.socket) -> None:
        """Serve on a listener that was open before the seal: a Unix socket, or the port of the core before this one."""
        if listener.family == socket.AF_INET:
            self._port = int(listener.getsockname()[1])
        self._listening.listen(listener)

    async def close(self) -> None:
        await self._runs.close()
        await self._listening.close()

    async def open_page(self, arguments: Json) -> AsyncGenerator[Frame]:
        """Give the person's own process a key for one start; with `in_tab`, a port for a browser of theirs too."""
        keys = await self._start_keys()
        port = await self._open_port() if arguments.get("in_tab") is True else None
        yield {"result": {"schema": 1, "start_key": keys.issue(), "port": port}}

    async def note_gate_page(self, arguments: Json) -> AsyncGenerator[Frame]:
        """Note where the gate shows its own page to whoever sees the app at `app_origin`."""
        app, gate = str(arguments.get("app_origin")), str(arguments.get("gate_origin"))
        if not (_APP_ORIGIN.fullmatch(app) and _GATE_ORIGIN.fullmatch(gate)):
            raise Misused("These are no origins of the app and of the gate.")
        self._gates[app] = gate
        with suppress(AspenError):  # a store that is only read costs the note at the next start, not this page
            (await self._workspace.store()).preferences.keep(_GATES, self._gates)
        yield {"result": {"schema": 1}}

    async def _open_port(self) -> int:
        """Nothing listens for a browser before somebody asks for one; then it stays, and a new core gets it too."""
        if self._port is None:
            listener = await self._open_listener()
            self._port = int(listener.getsockname()[1])
            self._listening.listen(listener)
        return self._port

    async def _load(self) -> OnConnection:
        keys = await self._start_keys()
        return await asyncio.to_thread(self._protocol, keys)

    def _protocol(self, keys: StartKeys) -> Callable[[], asyncio.Protocol]:
        from aspen.server.app import Served, http_protocol

        served = Served(run=self._run, runs=self._runs, keys=keys, gates=self._gates, on_defect=self._on_defect)
        return http_protocol(served)

    async def _start_keys(self) -> StartKeys:
        if self._keys is None:
            self._keys = asyncio.create_task(self._make_keys())
        return await asyncio.shield(self._keys)

    async def _make_keys(self) -> StartKeys:
        """A store that cannot be opened costs the sessions of before, not the page that says so."""
        try:
            store = await self._workspace.store()
            kept = store.preferences.read(_GATES)
            self._gates |= cast("dict[str, str]", kept) if isinstance(kept, dict) else {}
            return StartKeys(_secret_of(store))
        except AspenError:
            return StartKeys(secrets.token_bytes(_SECRET_BYTES))


def _secret_of(store: Store) -> bytes:
    """Return what signs the sessions of this store, made at first use."""
    kept = store.preferences.read(_SECRET)
    if isinstance(kept, str):
        return bytes.fromhex(kept)
    secret = secrets.token_bytes(_SECRET_BYTES)
    store.preferences.keep(_SECRET, secret.hex())
    return secret

"""The app's server on a real loopback socket, around verbs that a test gives. Not sealed: that is tested in a home."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2 as httpx

from aspen.server.app import Served, http_protocol
from aspen.server.listening import Listening, OnConnection
from aspen.server.runs import Runs, RunVerb
from aspen.server.start_keys import StartKeys

Json = Mapping[str, object]

GATE_ORIGIN = "http://gate.aspen.localhost:4711"


@dataclass(slots=True, kw_only=True)
class AppServer:
    """`defects` are the errors that nobody but Aspen is to blame for."""

    port: int
    keys: StartKeys
    runs: Runs
    listening: Listening
    client: httpx.AsyncClient
    defects: list[Exception] = field(default_factory=list[Exception])

    async def enter(self) -> None:
        """Open a session as a page does."""
        answer = await self.client.post("/start", json={"key": self.keys.issue()})
        assert answer.status_code == 200


@asynccontextmanager
async def app_server(run: RunVerb) -> AsyncGenerator[AppServer]:
    keys, defects = StartKeys(b"k" * 32), list[Exception]()
    gates: dict[str, str] = {}
    runs = Runs(run, defects.append)

    async def load() -> OnConnection:
        return http_protocol(Served(run=run, runs=runs, keys=keys, gates=gates, on_defect=defects.append))

    listening = Listening(load)
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    gates[f"http://127.0.0.1:{port}"] = GATE_ORIGIN
    listening.listen(listener)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield AppServer(port=port, keys=keys, runs=runs, listening=listening, client=client, defects=defects)
    finally:
        await runs.close()
        await listening.close()
        await asyncio.sleep(0)

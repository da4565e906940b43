"""The app's real server with its real page on loopback, around the verbs that a test gives, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from types import TracebackType
from typing import Self

from aspen.server.app import Served, http_protocol
from aspen.server.listening import Listening, OnConnection
from aspen.server.runs import Runs, RunVerb
from aspen.server.start_keys import StartKeys


class ServedApp:
    """Use as a context manager. `start_url` lets one browser in; `defects` are errors that only Aspen is to blame for.

    `gate_origin` is where the page is told that the gate's own pages are; None for a gate that nobody has opened.
    """

    def __init__(self, run: RunVerb, gate_origin: str | None = None) -> None:
        self.defects: list[Exception] = []
        self._run = run
        self._keys = StartKeys(b"k" * 32)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._gates = {} if gate_origin is None else {self._origin: gate_origin}
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._loop.close()
        assert kind or self.defects == []

    @property
    def start_url(self) -> str:
        return f"{self._origin}/start#{self._keys.issue()}"

    async def _serve(self) -> None:
        runs = Runs(self._run, self.defects.append)

        async def load() -> OnConnection:
            defects = self.defects.append
            return http_protocol(
                Served(run=self._run, runs=runs, keys=self._keys, gates=self._gates, on_defect=defects)
            )

        listening = Listening(load)
        listening.listen(self._listener)
        self._ready.set()
        await self._ended.wait()
        await runs.close()
        await listening.close()
        await asyncio.sleep(0)

"""The practice provider as a child of the launcher: a stranger on loopback that the gate sends to like any other."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from aspen.core.errors import GateUnreachable
from aspen.launcher.children import Child, Line, copy_to_log, start_child

PRACTICE_MODULE = "aspen.practice"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "PYTHONPATH")
_START_TIMEOUT_SECONDS = 20.0


class PracticeProcess:
    """At most one, started when the gate first wants it."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._log: asyncio.Task[bytes] | None = None
        self._said: Line = {}
        self._starting = asyncio.Lock()

    async def start(self) -> Line:
        """Return `port` and `certificate_pem` of the running one.

        Raises GateUnreachable when it does not start.
        """
        async with self._starting:
            if self._child is None or self._child.process.returncode is not None:
                await self.end()
                self._said = await self._start()
            return self._said

    async def end(self) -> None:
        """Kill it; it holds nothing."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            await child.ended()

    async def _start(self) -> Line:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        child = await start_child(PRACTICE_MODULE, environment, Path(tempfile.gettempdir()))
        self._child, self._log = child, asyncio.create_task(copy_to_log(child, "practice"))
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                async for line in child.lines():
                    return {"port": line["port"], "certificate_pem": line["certificate_pem"]}
        except (TimeoutError, KeyError):
            pass  # it is told below, as is one that ended without a word
        await self.end()
        raise GateUnreachable("The practice provider did not start.", hint="See the log.")

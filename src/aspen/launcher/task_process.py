"""A child that does one task and ends: a JSON task goes in, JSON events come out until it is done.

Downloads run this way, and everything that must start a program of its own to look at the machine.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from aspen.core.errors import EngineFailed, Failed, error_to_json
from aspen.launcher.children import Child, Line, copy_to_log, start_child

TASK_MODULES: Mapping[str, str] = {
    "fetch": "aspen.egress.fetcher",
    "machine": "aspen.local.machine_report",
    "prices": "aspen.cloud.price_task",
}
"""What may be started, by name. The core names a key of this table and nothing else."""

OnEvent = Callable[[Line], None]


class TaskProcess:
    """One task under way. Cancelling kills the child, which every task survives by design."""

    def __init__(self, kind: str, task: Mapping[str, object], on_event: OnEvent) -> None:
        self._kind = kind
        self._on_event = on_event
        self._running = asyncio.create_task(self._run(task))

    def cancel(self) -> None:
        self._running.cancel()

    async def wait(self) -> None:
        await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self, task: Mapping[str, object]) -> None:
        """Pass on every event; a child that ends badly without saying why still gives an error event."""
        try:
            child = await start_child(TASK_MODULES[self._kind], os.environ, Path(tempfile.gettempdir()))
        except EngineFailed as error:
            self._on_event({"event": "error", **error_to_json(error)})
            return
        stderr = asyncio.create_task(copy_to_log(child, self._kind))
        try:
            child.tell(task)
            ended_well = await self._pass_on(child)
            status = await child.process.wait()
            if not ended_well:
                cause = Failed(f"The {self._kind} process ended early (status {status}).", hint="See the log.")
                self._on_event({"event": "error", **error_to_json(cause)})
        finally:
            child.kill()
            await child.ended()
            await stderr

    async def _pass_on(self, child: Child) -> bool:
        last: object = None
        async for line in child.lines():
            self._on_event(line)
            last = line.get("event")
        return last in {"done", "error", "files", "report"}

"""One reader of each kind, started when it is first needed, proven from outside, and handed to the core connected.

The launcher makes a socket pair, gives one end to the child and the other to the core, and keeps neither: it is given
no words. The child is not believed: its descriptors and namespaces are compared while they can be seen, and its threads
are checked in /proc. Its memory is bounded from outside; time is bounded by the core, which can have it stopped.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from aspen.core.errors import EngineFailed, EngineStopped, error_from_json
from aspen.core.isolation import JailReport, Probe
from aspen.jail.confinement import Confinement
from aspen.jail.proof import judge, namespaces_differ, open_descriptors, prove_process
from aspen.jail.reader_jail import READER_FILTERS
from aspen.launcher.children import Child, Line, copy_to_log, start_child

READER_MODULE: Final = "aspen.readers.reader_child"
_KINDS: Final = frozenset({"people", "documents"})
_KEPT_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME", "TZ")
_ONE_THREAD: Final = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS")}
_LOAD_SECONDS: Final = 60.0
_PROOF_SECONDS: Final = 10.0
_MOST_DATA_BYTES: Final = 2 << 30
_OWN_DESCRIPTORS: Final = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningReader:
    """A loaded reader and what was proven about it. `log` copies what it says on standard error until it ends."""

    child: Child
    confinement: Confinement
    has_own_namespaces: bool
    report: JailReport
    log: asyncio.Task[bytes]
    proving: asyncio.Lock = field(default_factory=asyncio.Lock)


class Readers:
    """At most one reader of each kind."""

    def __init__(self) -> None:
        self._running: dict[str, RunningReader] = {}
        self._starting = asyncio.Lock()

    async def connect(self, kind: str) -> socket.socket:
        """Start a reader in the place of one that runs, and return the core's end of its only connection.

        Raises EngineFailed for a kind that is not known, a library that is missing, or a reader that is not walled in.
        """
        if kind not in _KINDS:
            raise EngineFailed(f"The launcher knows no reader {kind!r}.")
        async with self._starting:
            await self.stop(kind)
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                with theirs:
                    self._running[kind] = await _start(kind, theirs)
            except BaseException:
                ours.close()
                raise
            return ours

    async def prove(self, kind: str) -> tuple[int, JailReport]:
        """Have a reader try every way out now, and check every thread of it in /proc; return its process and report.

        Raises EngineStopped when none runs or it does not answer, being busy or broken.
        """
        running = self._running.get(kind)
        if running is None:
            raise _has_ended()
        try:
            async with asyncio.timeout(_PROOF_SECONDS), running.proving:
                return running.child.pid, await _prove(running)
        except TimeoutError:
            raise _has_ended() from None

    async def stop(self, kind: str) -> None:
        """End a reader. Nothing is lost: it holds no state that anyone else needs."""
        running = self._running.pop(kind, None)
        if running is not None:
            running.child.kill()
            await running.child.ended()
            await running.log

    async def stop_all(self) -> None:
        """End every reader."""
        for kind in tuple(self._running):
            await self.stop(kind)


async def _start(kind: str, end: socket.socket) -> RunningReader:
    channel = end.fileno()
    child = await start_child(READER_MODULE, _environment(), Path(tempfile.gettempdir()), kind, inherited=(channel,))
    with suppress(ProcessLookupError):
        resource.prlimit(child.pid, resource.RLIMIT_DATA, (_MOST_DATA_BYTES, _MOST_DATA_BYTES))
    log = asyncio.create_task(copy_to_log(child, f"reader {kind}"))
    try:
        async with asyncio.timeout(_LOAD_SECONDS):
            return await _bring_up(child, end, log)
    except BaseException as error:
        child.kill()
        await child.ended()
        await log
        if isinstance(error, TimeoutError):
            raise EngineFailed("The reader took too long to load.", hint="See `aspen doctor`.") from None
        raise


async def _bring_up(child: Child, end: socket.socket, log: asyncio.Task[bytes]) -> RunningReader:
    child.tell({"parent_pid": os.getpid(), "channel": end.fileno()})
    lines = child.lines()
    confinement = Confinement.from_json(str((await _expect(lines, "confined"))["confinement"]))
    has_own_namespaces = _look_while_readable(child, end)
    child.tell({"go": True})
    ready = await _expect(lines, "ready")
    proof = prove_process(child.pid, READER_FILTERS, has_own_namespaces=has_own_namespaces)
    return RunningReader(
        child=child,
        confinement=confinement,
        has_own_namespaces=has_own_namespaces,
        report=judge(confinement, proof, _probes(ready), datetime.now(UTC)),
        log=log,
    )


async def _prove(running: RunningReader) -> JailReport:
    running.child.tell({"probe": True})
    ready = await _expect(running.child.lines(), "probed")
    proof = prove_process(running.child.pid, READER_FILTERS, has_own_namespaces=running.has_own_namespaces)
    return judge(running.confinement, proof, _probes(ready), datetime.now(UTC))


async def _expect(lines: AsyncIterator[Line], step: str) -> Line:
    async for line in lines:
        if line.get("step") == step:
            return line
        if line.get("step") == "failed":
            raise error_from_json(cast("Mapping[str, object]", line["error"]))
    raise _has_ended()


def _has_ended() -> EngineStopped:
    return EngineStopped("The reader has ended.", hint="The log may say why.")


def _probes(line: Line) -> tuple[Probe, ...]:
    return tuple(
        Probe(name=str(probe["name"]), blocked=probe["blocked"] is True, detail=str(probe["detail"]))
        for probe in cast("list[dict[str, object]]", line["probes"])
    )


def _look_while_readable(child: Child, end: socket.socket) -> bool:
    """Look at what only a readable process shows; return whether its namespaces are its own.

    Pipes and the one socket that it was given are all that it may hold.
    """
    descriptors = open_descriptors(child.pid)
    if descriptors is None and _OWN_DESCRIPTORS.exists():
        raise EngineFailed("The reader cannot be looked at while it starts.", hint="It was not used.")
    channel = f"socket:[{os.fstat(end.fileno()).st_ino}]"
    strange = [each for each in (descriptors or {}).values() if not each.startswith("pipe:") and each != channel]
    if strange:
        raise EngineFailed(
            f"The reader holds a descriptor that it was not given: {strange[0]}.", hint="It was not used."
        )
    return namespaces_differ(child.pid) is True


def _environment() -> dict[str, str]:
    """A scrubbed environment. Libraries read the thread variables as they load."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, **_ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"}

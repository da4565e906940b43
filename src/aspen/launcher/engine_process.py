"""One engine child from start to end: spawn it, watch it confine itself, prove what it says, connect to it.

The child is not believed: while it is still readable its namespaces and descriptors are compared, and once the model
is loaded every one of its threads is checked in /proc. Holds no prompt and no answer.
"""

from __future__ import annotations

import asyncio
import os
import resource
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from aspen.core.engine_spec import EngineSpec, spec_to_json
from aspen.core.errors import EngineFailed, EngineStopped, error_from_json
from aspen.core.isolation import JailReport, Probe
from aspen.jail.confinement import Confinement
from aspen.jail.engine_jail import ENGINE_FILTERS
from aspen.jail.proof import judge, namespaces_differ, open_descriptors, prove_process
from aspen.launcher.children import Child, Line, copy_to_log, start_child

ENGINE_MODULE = "aspen.local.engine_child"
_SOCKET_NAME = "e.sock"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "TZ")
_SLOWEST_DISK_BYTES_PER_SECOND = 20e6
_LEAST_LOAD_SECONDS = 60.0
_PROGRESS_PAUSE_SECONDS = 0.05
_OWN_DESCRIPTORS = Path("/proc/self/fd")
_MAPPED_FILES_FIELD, _DATA_FIELD = 2, 5
"""Places in /proc/PID/statm: resident pages of files, and data with stack."""

_ROOM_TO_GROW_BYTES = 1 << 30
_ROOM_FOR_PICTURES_BYTES = 2 << 30
_EXPECTED_DESCRIPTORS = ("pipe:",)

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningEngine:
    """A loaded engine: how to reach it, and what was proven about it. `proving` lets one proof run at a time."""

    child: Child
    folder: Path
    api_key: str
    confinement: Confinement
    has_own_namespaces: bool
    report: JailReport
    proving: asyncio.Lock = field(default_factory=asyncio.Lock)

    def connect(self) -> socket.socket:
        """Open one more connection to the engine's listener.

        Raises OSError when the engine is gone.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        folder = os.open(self.folder, os.O_DIRECTORY | os.O_RDONLY | os.O_CLOEXEC)
        try:
            connection.connect(f"/proc/self/fd/{folder}/{_SOCKET_NAME}")
        except BaseException:
            connection.close()
            raise
        finally:
            os.close(folder)
        return connection

    async def prove_again(self) -> JailReport:
        """Have the running engine try every way out now, and check every thread of it in /proc.

        Raises EngineStopped when it has ended.
        """
        async with self.proving:
            self.child.tell({"probe": True})
            async for line in self.child.lines():
                if line.get("step") == "probed":
                    proof = prove_process(self.child.pid, ENGINE_FILTERS, has_own_namespaces=self.has_own_namespaces)
                    return judge(self.confinement, proof, _probes(line), datetime.now(UTC))
        raise EngineStopped("The engine has ended.", hint="Ask again: it will be started anew.")


async def start_engine(spec: EngineSpec, runtime: Path, on_progress: OnProgress) -> RunningEngine:
    """Start an engine and return once its model is loaded and its jail is proven.

    Raises the AspenError that the child reports, or EngineFailed when it dies or takes too long.
    """
    folder = runtime / f"engine-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    try:
        child = await start_child(ENGINE_MODULE, _environment(spec), folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    stderr = asyncio.create_task(copy_to_log(child, "engine"))
    try:
        async with asyncio.timeout(_load_seconds(spec)):
            return await _bring_up(child, folder, spec, on_progress)
    except BaseException as error:
        child.kill()
        status = await child.ended()
        shutil.rmtree(folder, ignore_errors=True)
        match error:
            case TimeoutError():
                raise EngineFailed("The engine took too long to load the model.", hint="See `aspen doctor`.") from None
            case _SilentlyGoneError():
                raise _post_mortem(status, await stderr) from None
            case _:
                raise


async def stop_engine(engine: RunningEngine) -> None:
    """End the child. Nothing is lost: an engine holds no state that anyone else needs."""
    engine.child.kill()
    await engine.child.ended()
    shutil.rmtree(engine.folder, ignore_errors=True)


class _SilentlyGoneError(Exception):
    """The child closed its standard output without a last word."""


async def _bring_up(child: Child, folder: Path, spec: EngineSpec, on_progress: OnProgress) -> RunningEngine:
    api_key = secrets.token_urlsafe(32)
    child.tell({"spec": spec_to_json(spec), "api_key": api_key, "parent_pid": os.getpid(), "folder": str(folder)})
    lines = child.lines()
    confined = await _expect(lines, "confined")
    confinement = Confinement.from_json(str(confined["confinement"]))
    has_own_namespaces = _look_while_readable(child)
    watch = asyncio.create_task(_watch_loading(child, spec, on_progress))
    child.tell({"go": True})
    try:
        ready = await _expect(lines, "ready")
    finally:
        watch.cancel()
    if not spec.gpu_layers:
        _bound_memory(child, spec)
    probes = _probes(ready)
    proof = prove_process(child.pid, ENGINE_FILTERS, has_own_namespaces=has_own_namespaces)
    return RunningEngine(
        child=child,
        folder=folder,
        api_key=api_key,
        confinement=confinement,
        has_own_namespaces=has_own_namespaces,
        report=judge(confinement, proof, probes, datetime.now(UTC)),
    )


def _probes(line: Line) -> tuple[Probe, ...]:
    return tuple(
        Probe(name=str(probe["name"]), blocked=probe["blocked"] is True, detail=str(probe["detail"]))
        for probe in cast("list[dict[str, object]]", line["probes"])
    )


async def _expect(lines: AsyncIterator[Line], step: str) -> Line:
    async for line in lines:
        if line.get("step") == step:
            return line
        if line.get("step") == "failed":
            raise error_from_json(cast("Mapping[str, object]", line["error"]))
    raise _SilentlyGoneError


def _look_while_readable(child: Child) -> bool:
    """Look at what only a readable process shows; return whether its namespaces are its own.

    An inherited socket would pass through every wall that the child builds, so a strange descriptor ends it.
    """
    descriptors = open_descriptors(child.pid)
    if descriptors is None and _OWN_DESCRIPTORS.exists():
        raise EngineFailed("The engine cannot be looked at while it starts.", hint="It was not used.")
    strange = [target for target in (descriptors or {}).values() if not target.startswith(_EXPECTED_DESCRIPTORS)]
    if strange:
        raise EngineFailed(
            f"The engine holds a descriptor that it was not given: {strange[0]}.", hint="It was not used."
        )
    return namespaces_differ(child.pid) is True


async def _watch_loading(child: Child, spec: EngineSpec, on_progress: OnProgress) -> None:
    """Report how much of the model is in the child's memory: file pages mapped so far, of all its bytes."""
    total = sum(path.stat().st_size for path in spec.model)
    before = _memory_bytes(child.pid, _MAPPED_FILES_FIELD)
    while True:
        await asyncio.sleep(_PROGRESS_PAUSE_SECONDS)
        on_progress(max(0, min(_memory_bytes(child.pid, _MAPPED_FILES_FIELD) - before, total)), total)


def _bound_memory(child: Child, spec: EngineSpec) -> None:
    """Let a loaded engine grow by a known amount and no further (RLIMIT_DATA, prlimit(2)).

    Everything it needs is there once the model is loaded. What grows later is a grammar: some JSON schemas of a few
    bytes unroll until the machine has no memory left. A driver of a graphics card maps what it likes, so there the
    bound is left out.
    """
    room = _ROOM_TO_GROW_BYTES + (_ROOM_FOR_PICTURES_BYTES if spec.projector else 0)
    most = _memory_bytes(child.pid, _DATA_FIELD) + room
    with suppress(ProcessLookupError):
        resource.prlimit(child.pid, resource.RLIMIT_DATA, (most, most))


def _memory_bytes(pid: int, field: int) -> int:
    """A field of /proc/PID/statm (proc(5)) in bytes; 0 when the process has just ended."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return int(fields[field]) * os.sysconf("SC_PAGESIZE")


def _environment(spec: EngineSpec) -> dict[str, str]:
    """A scrubbed environment. Libraries read the thread variables as they load, so they must be here."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "GOMP_SPINCOUNT": str(spec.spin_count), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _load_seconds(spec: EngineSpec) -> float:
    size_bytes = sum(path.stat().st_size for path in spec.readable)
    return _LEAST_LOAD_SECONDS + size_bytes / _SLOWEST_DISK_BYTES_PER_SECOND


def _post_mortem(status: int, last_words: bytes) -> EngineFailed:
    if status == -signal.SIGKILL:
        sentence, hint = (
            "The engine was killed while it loaded the model.",
            "Most often memory ran out: try a smaller one.",
        )
    else:
        said = last_words.decode("utf-8", "replace").strip().splitlines()
        cause = said[-1] if said else "it left no message"
        sentence, hint = "The engine ended while it loaded the model.", f"Its last words: {cause}"
    return EngineFailed(sentence, hint=hint, facts={"exit_status": status})

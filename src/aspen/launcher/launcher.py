"""The launcher: holds the listener, keeps the core alive, and starts what the sealed core cannot.

The core may ask for the verbs of one table and no others; each argument is checked here. Holds no user data, and no
keys but the random ones of its own engines.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from aspen.core.engine_spec import spec_from_json
from aspen.core.errors import (
    AspenError,
    EngineFailed,
    EngineStopped,
    ServiceUnreachable,
    error_from_json,
    error_to_json,
)
from aspen.core.isolation import Probe, report_to_json
from aspen.jail.availability import best_level
from aspen.jail.confinement import Confinement
from aspen.jail.proof import judge, prove_process
from aspen.jail.seal import SEAL_FILTERS, SEAL_PROBES
from aspen.launcher.engine_process import RunningEngine, start_engine, stop_engine
from aspen.launcher.gate_process import GateProcess
from aspen.launcher.link import Link, Packet, link_pair
from aspen.launcher.reader_process import Readers
from aspen.launcher.task_process import TASK_MODULES, TaskProcess
from aspen.launcher.vault_process import open_vault_process

CORE_MODULE = "aspen.service"
_MOST_CORE_STARTS = 5
_CORE_STARTS_WINDOW_SECONDS = 60.0

Verb = Callable[[Packet], Awaitable[Packet]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where this launcher works: its private folder, the listening sockets in it, and how long the core shall live.

    `listener` is the core's, for commands; `page_listener` is its other one, for the app's page; `gate_listener` is the
    gate's, for persons' commands, and `gate_page_listener` for its own pages.
    """

    runtime: Path
    listener: socket.socket
    page_listener: socket.socket
    gate_listener: socket.socket
    gate_page_listener: socket.socket
    while_connected: bool


class Launcher:
    """Runs until the core asks to leave, or dies too often. `said` resolves with the first word on the start."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._loop = asyncio.get_running_loop()
        self._leaving = asyncio.Event()
        self.said: asyncio.Future[AspenError | None] = self._loop.create_future()
        self._core: subprocess.Popen[bytes] | None = None
        self._link: Link | None = None
        self._engines: dict[str, RunningEngine] = {}
        self._starting_engines: dict[str, asyncio.Task[RunningEngine]] = {}
        self._tasks: dict[str, TaskProcess] = {}
        self._verbs_under_way: set[asyncio.Task[None]] = set()
        self._starts: list[float] = []
        self._verbs: Mapping[str, Verb] = {
            "sealed": self._sealed,
            "refused": self._refused,
            "leave": self._leave,
            "start_engine": self._start_engine,
            "connect_engine": self._connect_engine,
            "prove_engine": self._prove_engine,
            "stop_engine": self._stop_engine,
            "start_task": self._start_task,
            "cancel_task": self._cancel_task,
            "open_page_listener": self._open_page_listener,
            "connect_gate": self._connect_gate,
            "prove_gate": self._prove_gate,
            "ask_vault": self._ask_vault,
            "connect_reader": self._connect_reader,
            "prove_reader": self._prove_reader,
            "stop_reader": self._stop_reader,
        }
        self._page_port: socket.socket | None = None
        self._gate = GateProcess(post.gate_listener, post.gate_page_listener)
        self._readers = Readers()
        # Needed only once an engine runs; measured meanwhile, in a thread that outlives the trial child.
        self._best_level = asyncio.ensure_future(asyncio.to_thread(best_level))

    async def run(self) -> None:
        """Keep the core alive until it asks to leave; then end everything that was started."""
        self._start_core()
        await self._leaving.wait()
        await self._end_children()
        await self._gate.end()
        if self._core is not None:
            self._core.kill()
            self._core.wait()

    def leave(self) -> None:
        """End everything, as soon as the loop comes round."""
        if not self.said.done():
            self.said.set_result(ServiceUnreachable("Aspen's service was told to end while it started."))
        self._leaving.set()

    # The core: started, watched, restarted.

    def _start_core(self) -> None:
        ours, theirs = link_pair()
        options = ["--while-connected"] if self._post.while_connected else []
        pages = [each.fileno() for each in (self._post.page_listener, self._page_port) if each is not None]
        listener, link = self._post.listener.fileno(), theirs.fileno()
        self._core = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", CORE_MODULE, "--parent", str(os.getpid())),
                *("--listener", str(listener), "--link", str(link), "--page-listeners", *map(str, pages), *options),
            ],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(listener, link, *pages),
            cwd="/",
        )
        theirs.close()
        self._starts.append(time.monotonic())
        self._link = Link(ours, self._on_packet, self._on_core_gone)

    def _on_core_gone(self) -> None:
        """The link closed: the core is dead. What it held is gone with it, so its engines end too."""
        if not self._leaving.is_set():
            self._verb_task(self._restart_core())

    async def _restart_core(self) -> None:
        assert self._core is not None
        self._core.kill()
        status = self._core.wait()
        await self._end_children()
        recent = [start for start in self._starts if time.monotonic() - start < _CORE_STARTS_WINDOW_SECONDS]
        if not self.said.done():
            self.said.set_result(ServiceUnreachable(f"Aspen's core ended while it started (status {status})."))
        if self.said.result() is not None:
            self.leave()
        elif len(recent) >= _MOST_CORE_STARTS:
            _log(f"the core ended {len(recent)} times within a minute (status {status}): the service ends")
            self.leave()
        else:
            _log(f"the core ended (status {status}) and is started again")
            self._start_core()

    async def _end_children(self) -> None:
        """End every task and engine. An engine that is still loading ends with the verb that loads it."""
        under_way = [task for task in self._verbs_under_way if task is not asyncio.current_task()]
        for task in (*self._tasks.values(), *under_way):
            task.cancel()
        for task in self._tasks.values():
            await task.wait()
        await asyncio.gather(*under_way, return_exceptions=True)
        for engine in self._engines.values():
            await stop_engine(engine)
        await self._readers.stop_all()
        self._engines.clear()
        self._tasks.clear()

    # What the core asks for.

    def _on_packet(self, packet: Packet, _descriptor: int | None) -> None:
        verb = self._verbs.get(str(packet.get("verb")))
        if verb is not None:
            self._verb_task(self._answer(verb, packet))

    def _verb_task(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._verbs_under_way.add(task)
        task.add_done_callback(self._verbs_under_way.discard)

    async def _answer(self, verb: Verb, packet: Packet) -> None:
        try:
            answer: Packet = {"result": await verb(packet)}
        except AspenError as error:
            answer = {"error": error_to_json(error)}
        except (KeyError, TypeError, ValueError) as error:
            answer = {"error": error_to_json(EngineFailed(f"The launcher refuses a request: {error}."))}
        except OSError as error:
            answer = {"error": error_to_json(EngineFailed(f"The launcher cannot do what it is asked: {error}."))}
        self._say({"reply": packet.get("id"), **answer})

    def _say(self, packet: Packet, descriptor: int | None = None) -> None:
        if self._link is not None:
            self._link.send(packet, descriptor)

    async def _sealed(self, packet: Packet) -> Packet:
        """The core says that it has sealed itself: prove it from outside, and let the first command in."""
        assert self._core is not None
        confinement = Confinement.from_json(str(packet["confinement"]))
        probes = tuple(
            Probe(name=str(probe["name"]), blocked=probe["blocked"] is True, detail=str(probe["detail"]))
            for probe in cast("list[dict[str, object]]", packet["probes"])
        )
        proof = prove_process(self._core.pid, SEAL_FILTERS)
        if not self.said.done():
            self.said.set_result(None)
        return report_to_json(judge(confinement, proof, probes, datetime.now(UTC), SEAL_PROBES, wants_namespaces=False))

    async def _refused(self, packet: Packet) -> Packet:
        """The core cannot start and says why: bad settings, or a folder that it cannot write."""
        if not self.said.done():
            self.said.set_result(error_from_json(cast("Mapping[str, object]", packet["error"])))
        self.leave()
        return {}

    async def _leave(self, _packet: Packet) -> Packet:
        self.leave()
        return {}

    async def _start_engine(self, packet: Packet) -> Packet:
        engine_id = str(packet["engine_id"])
        spec = spec_from_json(cast("Mapping[str, object]", packet["spec"]))
        for path in spec.readable:
            if not path.is_file():
                raise EngineFailed(f"There is no file {path}.")

        def on_progress(done: int, total: int) -> None:
            self._say({"notice": "loading", "engine_id": engine_id, "done": done, "total": total})

        starting = asyncio.create_task(start_engine(spec, self._post.runtime, on_progress))
        self._starting_engines[engine_id] = starting
        try:
            engine = await starting
        finally:
            del self._starting_engines[engine_id]
        self._engines[engine_id] = engine
        self._verb_task(self._watch_engine(engine_id, engine))
        return {
            "pid": engine.child.pid,
            "api_key": engine.api_key,
            "jail": report_to_json(engine.report),
            "best_level": (await self._best_level).name,
        }

    async def _watch_engine(self, engine_id: str, engine: RunningEngine) -> None:
        status = await engine.child.process.wait()
        if self._engines.pop(engine_id, None) is not None:
            await stop_engine(engine)
            self._say({"notice": "engine_ended", "engine_id": engine_id, "status": status})

    async def _connect_engine(self, packet: Packet) -> Packet:
        """Hand over one connected socket, attached to a notice of its own that precedes the reply."""
        try:
            connection = self._engine(packet).connect()
        except OSError:
            raise _engine_has_ended() from None
        self._hand_over(packet, connection)
        return {}

    def _hand_over(self, packet: Packet, connection: socket.socket) -> None:
        with connection:
            self._say({"notice": "connection", "request": packet.get("id")}, connection.fileno())

    async def _open_page_listener(self, packet: Packet) -> Packet:
        """Hand over a listener on a loopback port, opened once: a core that is started anew inherits it."""
        if self._page_port is None:
            self._page_port = socket.create_server(("127.0.0.1", 0))
        self._hand_over(packet, self._page_port.dup())
        return {}

    async def _connect_gate(self, packet: Packet) -> Packet:
        """Start the gate if need be, and hand over one end of a connection to it."""
        self._hand_over(packet, await self._gate.connect())
        return {}

    async def _prove_gate(self, _packet: Packet) -> Packet:
        return {"pid": self._gate.pid, "confinement": self._gate.confinement}

    async def _ask_vault(self, packet: Packet) -> Packet:
        """Hand over the end of a pipe on which the vault will say one secret, to the core alone."""
        connection, ending = await open_vault_process(str(packet["wanted"]), str(packet["folder"]))
        self._hand_over(packet, connection)
        await ending
        return {}

    async def _connect_reader(self, packet: Packet) -> Packet:
        """Start a reader anew, and hand over the end of its only connection, to the core alone."""
        self._hand_over(packet, await self._readers.connect(str(packet["kind"])))
        return {}

    async def _prove_reader(self, packet: Packet) -> Packet:
        pid, report = await self._readers.prove(str(packet["kind"]))
        return {"pid": pid, "jail": report_to_json(report), "best_level": (await self._best_level).name}

    async def _stop_reader(self, packet: Packet) -> Packet:
        await self._readers.stop(str(packet["kind"]))
        return {}

    async def _prove_engine(self, packet: Packet) -> Packet:
        return report_to_json(await self._engine(packet).prove_again())

    async def _stop_engine(self, packet: Packet) -> Packet:
        """End an engine; one that is still loading ends with the verb that loads it."""
        engine_id = str(packet["engine_id"])
        if (starting := self._starting_engines.get(engine_id)) is not None:
            starting.cancel()
        if (engine := self._engines.pop(engine_id, None)) is not None:
            await stop_engine(engine)
        return {}

    def _engine(self, packet: Packet) -> RunningEngine:
        try:
            return self._engines[str(packet["engine_id"])]
        except KeyError:
            raise _engine_has_ended() from None

    async def _start_task(self, packet: Packet) -> Packet:
        task_id, kind = str(packet["task_id"]), str(packet["kind"])
        if kind not in TASK_MODULES:
            raise EngineFailed(f"The launcher knows no task {kind!r}.")

        def on_event(event: dict[str, object]) -> None:
            self._say({"notice": "task", "task_id": task_id, "event": event})

        task = TaskProcess(kind, cast("Mapping[str, object]", packet["task"]), on_event)
        self._tasks[task_id] = task
        await task.wait()
        self._tasks.pop(task_id, None)
        return {}

    async def _cancel_task(self, packet: Packet) -> Packet:
        with suppress(KeyError):
            self._tasks[str(packet["task_id"])].cancel()
        return {}


def _engine_has_ended() -> EngineStopped:
    return EngineStopped("The engine has ended.", hint="Ask again: it will be started anew.")


def _log(sentence: str) -> None:
    print(f"aspen: {sentence}", file=sys.stderr, flush=True)

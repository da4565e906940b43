"""(h) Milliseconds from an envelope in the core's hands to the first byte of its body at a TLS server on this machine.

    python -m benchmarks.envelope [--rounds 100] [--body-bytes 20000]

Four in turns: through a real gate whose ledger is on the disk; through one whose ledger is in memory (/dev/shm), where
a flush costs nothing; httpx2 with a new connection each, as the gate has it; httpx2 with one that it keeps. Words may
leave by their label, so that nobody is asked. CPU time of each process stands beside, for the whole send and its entry
in the ledger.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from aspen.cloud.gate_client import GateClient
from aspen.core.egress import Destination, Outbound
from aspen.core.gate_event import ResponsePiece
from aspen.core.label import PUBLIC
from aspen.core.model_card import Zone
from aspen.core.request import Purpose
from aspen.providers.provider_json import provider_to_json
from benchmarks.gate_host import HostedGate, gate_in
from benchmarks.measuring import report
from benchmarks.processes import cpu_ms_of
from benchmarks.timed_provider import TimedProvider, moment_in, timed_provider

_ADDED_MS = 3.0
_PATH = "/v1/chat/completions"
_KEY = "sk-benchmark"
_UNMEASURED_ROUNDS = 10
_PAUSE_SECONDS = 0.03
"""Between two sends, so that what the ledger writes after an answer is not counted as the next one's delay."""

Way = Callable[[], Awaitable[float]]
"""Sends once and returns the milliseconds to the body's first byte."""


@dataclass(slots=True)
class _Taken:
    """The milliseconds of one way, and the CPU time that each process used for all of its rounds."""

    ms: list[float] = field(default_factory=list[float])
    cpu_ms: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def median(self) -> float:
        return statistics.median(self.ms)

    @property
    def quiet(self) -> float:
        """The tenth percentile: on a busy machine nearest to what a quiet one would show."""
        return statistics.quantiles(self.ms, n=10)[0]

    def cpu(self) -> str:
        return ", ".join(f"{name} {spent / len(self.ms):.1f}" for name, spent in self.cpu_ms.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--body-bytes", type=int, default=20_000)
    options = parser.parse_known_args()[0]
    body = b'{"text":"' + b"x" * options.body_bytes + b'"}'
    with (
        tempfile.TemporaryDirectory() as disk,
        tempfile.TemporaryDirectory(dir="/dev/shm") as memory,
        timed_provider(Path(disk)) as provider,
    ):
        taken = asyncio.run(_measure(provider, body, options.rounds, Path(disk), Path(memory)))
    _report(taken)


def _report(taken: Mapping[str, _Taken]) -> None:
    on_disk, in_memory = taken["gate, disk"], taken["gate, memory"]
    added = in_memory.median - taken["new"].median
    report(
        "(h) envelope to first byte over httpx2, without the flush",
        f"{in_memory.median:.2f} - {taken['new'].median:.2f} = {added:.2f} ms",
        f"<= {_ADDED_MS} ms",
        met=added <= _ADDED_MS,
    )
    print(f"      quietest tenth: {in_memory.quiet:.2f} - {taken['new'].quiet:.2f} ms")
    print(f"      the flushes of the ledger: {statistics.median(_differences(on_disk, in_memory)):.2f} ms")
    print(f"      the handshake that httpx2 saves by keeping a connection: {_saved(taken):.2f} ms")
    for name in ("gate, memory", "new", "kept"):
        print(f"      CPU ms a send, {name}: {taken[name].cpu()}")


def _differences(these: _Taken, those: _Taken) -> list[float]:
    return [ours - theirs for ours, theirs in zip(these.ms, those.ms, strict=True)]


def _saved(taken: Mapping[str, _Taken]) -> float:
    return statistics.median(_differences(taken["new"], taken["kept"]))


async def _measure(server: TimedProvider, body: bytes, rounds: int, disk: Path, memory: Path) -> dict[str, _Taken]:
    async with (
        _gate(disk / "gate", server) as on_disk,
        _gate(memory / "gate", server) as in_memory,
        server.client(keeps=False) as new,
        server.client(keeps=True) as kept,
    ):
        ways: dict[str, Way] = {
            "gate, disk": lambda: _through(on_disk, body),
            "kept": lambda: _post(kept, server, body),
            "new": lambda: _post(new, server, body),
            "gate, memory": lambda: _through(in_memory, body),
        }
        watched = {
            "gate, disk": await _processes(on_disk),
            "gate, memory": await _processes(in_memory),
        }
        taken = {name: _Taken() for name in ways}
        for number in range(_UNMEASURED_ROUNDS + rounds):
            for name, way in ways.items():
                before = _cpu(watched.get(name, {}))
                ms = await way()
                await asyncio.sleep(_PAUSE_SECONDS)
                after = _cpu(watched.get(name, {}))
                if number >= _UNMEASURED_ROUNDS:
                    _add(taken[name], ms, before, after)
    return taken


async def _through(gate: HostedGate, body: bytes) -> float:
    """As the core sends: a connection to the gate ahead of the words, an envelope, and whatever comes."""
    outbound = Outbound(
        destination=Destination(provider="bench", path=_PATH, model="m"),
        zone=Zone.CLOUD,
        purpose=Purpose.CHAT,
        label=PUBLIC,
        body=body,
    )
    content, client = bytearray(), GateClient(gate.link.connect_gate)
    with client.connecting_ahead():
        await asyncio.sleep(_PAUSE_SECONDS)  # while the core labels and decides
        began = time.monotonic()
        async for event in client.send(outbound):
            if isinstance(event, ResponsePiece):
                content += event.content
    return (moment_in(bytes(content)) - began) * 1000


async def _post(client: httpx2.AsyncClient, server: TimedProvider, body: bytes) -> float:
    began = time.monotonic()
    answer = await client.post(server.url + _PATH, content=body, headers={"authorization": f"Bearer {_KEY}"})
    return (moment_in(answer.content) - began) * 1000


@asynccontextmanager
async def _gate(root: Path, server: TimedProvider) -> AsyncGenerator[HostedGate]:
    """A gate that is connected to the server, with the key in a file."""
    provider = server.as_provider()
    wanted: dict[str, object] = {
        "name": provider.name,
        "key": _KEY,
        "row": provider_to_json(provider),
        "certificate_pem": server.ca_file.read_text("ascii"),
        "file_is_allowed": True,
    }
    async with gate_in(root) as gate:
        await gate.pid()
        await asyncio.to_thread(gate.person, "connect", wanted)
        yield gate


async def _processes(gate: HostedGate) -> dict[str, int]:
    return {"launcher": gate.launcher_pid, "gate": await gate.pid()}


def _cpu(processes: Mapping[str, int]) -> dict[str, float]:
    own = {"own": time.process_time() * 1000}
    return own | {name: cpu_ms_of(pid) for name, pid in processes.items()}


def _add(taken: _Taken, ms: float, before: Mapping[str, float], after: Mapping[str, float]) -> None:
    taken.ms.append(ms)
    for name, spent in after.items():
        taken.cpu_ms[name] = taken.cpu_ms.get(name, 0.0) + spent - before[name]


if __name__ == "__main__":
    main()

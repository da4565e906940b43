"""(c) Decode rate with both cores busy, against quiet; and the quiet rate against llama.cpp's own defaults.

    python -m benchmarks.contention --model FILE.gguf [--rounds 9] [--table]

`--table` also measures other spin counts and thread counts: the table of docs/reference/engine.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from aspen.core.engine_spec import EngineSpec
from aspen.local.engine_client import EngineClient
from aspen.local.threads import SPIN_COUNT, decode_threads
from benchmarks.direct_host import DirectHost
from benchmarks.measuring import busy_cores, report, spec_for

_TOKENS = 96
_SETTLE_SECONDS = 0.5
_LIBGOMP_DEFAULT_SPIN = 300_000
"""What libgomp spins for when nothing is set and there are no more threads than cores (libgomp manual, 4.13)."""

_LEAST_BUSY_SHARE = 0.4
_LEAST_QUIET_SHARE = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to start the engine, and its rates so far in tokens a second."""

    name: str
    spec: EngineSpec
    quiet: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])

    @property
    def busy_share(self) -> float:
        """Busy rate over quiet rate, of medians."""
        return statistics.median(self.busy) / statistics.median(self.quiet)


def _candidates(model: Path, *, table: bool) -> list[Candidate]:
    cores = len(os.sched_getaffinity(0))
    threads = decode_threads(cores, None)
    chosen = Candidate(name="as shipped", spec=spec_for(model, threads=threads, spin_count=SPIN_COUNT, slots=1))
    default = Candidate(
        name="llama.cpp's default", spec=spec_for(model, threads=cores, spin_count=_LIBGOMP_DEFAULT_SPIN, slots=1)
    )
    if not table:
        return [chosen, default]
    others = [(cores, 100), (cores, 200), (cores, 300), (cores, 1000), (cores, 3000), (1, 300)]
    return [
        chosen,
        default,
        *(
            Candidate(
                name=f"{count} threads, spin {spin}",
                spec=spec_for(model, threads=count, spin_count=spin, slots=1),
            )
            for count, spin in others
        ),
    ]


async def _rate(client: EngineClient) -> float:
    body = {
        "prompt": "Once upon a time there was a",
        "n_predict": _TOKENS,
        "temperature": 0,
        "ignore_eos": True,
        "cache_prompt": False,
    }
    told = await client.post("/completion", body)
    return cast("dict[str, float]", told["timings"])["predicted_per_second"]


async def _measure(candidates: list[Candidate], rounds: int, runtime: Path) -> None:
    host = DirectHost(runtime)
    clients: list[EngineClient] = []
    for number, candidate in enumerate(candidates):
        started = await host.start(str(number), candidate.spec, lambda _done, _total: None)
        client = EngineClient(connect=lambda engine=str(number): host.connect(engine), api_key=started.api_key)
        await _rate(client)
        clients.append(client)
    turns = deque(zip(candidates, clients, strict=True))
    for _ in range(rounds):
        # Whoever comes right after the spinning processes has a disadvantage: everybody in turn.
        turns.rotate(1)
        await asyncio.sleep(_SETTLE_SECONDS)
        for candidate, client in turns:
            candidate.quiet.append(await _rate(client))
        with busy_cores(2):
            await asyncio.sleep(_SETTLE_SECONDS)
            for candidate, client in turns:
                candidate.busy.append(await _rate(client))
    for engine_id in list(host.engines):
        await host.stop(engine_id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    candidates = _candidates(options.model.resolve(), table=options.table)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(candidates, options.rounds, Path(folder)))
    chosen, default = candidates[:2]
    quiet_share = statistics.median(ours / theirs for ours, theirs in zip(chosen.quiet, default.quiet, strict=True))
    report(
        "(c) decode rate with both cores busy / quiet",
        f"{statistics.median(chosen.busy):.0f} / {statistics.median(chosen.quiet):.0f} tok/s = {chosen.busy_share:.2f}",
        f">= {_LEAST_BUSY_SHARE}",
        met=chosen.busy_share >= _LEAST_BUSY_SHARE,
    )
    report(
        "(c) quiet decode rate / llama.cpp's default",
        f"{quiet_share:.3f}",
        f">= {_LEAST_QUIET_SHARE}",
        met=quiet_share >= _LEAST_QUIET_SHARE,
    )
    if options.table:
        for candidate in candidates:
            quiet, busy = statistics.median(candidate.quiet), statistics.median(candidate.busy)
            print(f"| {candidate.name} | {quiet:.0f} | {busy:.0f} | {candidate.busy_share:.2f} |")


if __name__ == "__main__":
    main()

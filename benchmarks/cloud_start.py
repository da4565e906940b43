"""(k) What asking elsewhere adds: the start of the gate, and the memory (PSS) of launcher, core and gate.

    python -m benchmarks.cloud_start --model FILE.gguf [--rounds 7]

The gate's start is the time from the core's wish to a connected socket while no gate runs. The practice provider
answers, a process of its own that is not counted: a real one runs elsewhere.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import cast

from aspen.channel.address import runtime_folder
from aspen.channel.client import open_gate_session
from aspen.settings import read_folders
from benchmarks.gate_host import gate_in
from benchmarks.home import Home, fresh_home
from benchmarks.measuring import parse_options, report
from benchmarks.memory import pss_mib
from benchmarks.processes import cpu_ms_of

_MOST_START_MS = 1000.0
_MOST_MIB = 120.0
_ASK = ("ask", "--model", "practice", "--label", "may-leave", "Hello")


def main() -> None:
    options = parse_options(__doc__ or "", rounds=7)
    started = [asyncio.run(_start_of_gate()) for _ in range(options.rounds)]
    wall, cpu = statistics.median(ms for ms, _ in started), statistics.median(ms for _, ms in started)
    report(
        "(k) start of the gate, until it takes a request",
        f"{wall:.0f} ms (CPU {cpu:.0f} ms)",
        f"<= {_MOST_START_MS:.0f} ms",
        met=wall <= _MOST_START_MS,
    )
    with fresh_home(options.model) as home:
        home.json("models")
        launcher, core = _service(home)
        idle = pss_mib(launcher) + pss_mib(core)
        home.json("cloud", "add", "practice")
        home.json(*_ASK)
        _report_memory(idle, [pss_mib(launcher), pss_mib(core), pss_mib(_gate(home))])


def _report_memory(idle_mib: float, after_mib: list[float]) -> None:
    total = sum(after_mib)
    shown = " + ".join(f"{mib:.0f}" for mib in after_mib)
    report(
        "(k) PSS of launcher, core and gate after a cloud answer",
        f"{shown} = {total:.0f} MiB",
        f"<= {_MOST_MIB:.0f} MiB",
        met=total <= _MOST_MIB,
    )
    print(f"      launcher and core before it: {idle_mib:.0f} MiB")


async def _start_of_gate() -> tuple[float, float]:
    """Return wall time, and the gate's own CPU time when it was ready."""
    with tempfile.TemporaryDirectory() as folder:
        async with gate_in(Path(folder) / "gate") as gate:
            await gate.link.call("prove_gate", {})  # the launcher itself is up
            began = time.perf_counter()
            (await gate.link.connect_gate()).close()
            wall_ms = (time.perf_counter() - began) * 1000
            return wall_ms, cpu_ms_of(await gate.pid())


def _service(home: Home) -> tuple[int, int]:
    told = cast("dict[str, int]", home.json("ps")["service"])
    return told["launcher_pid"], told["pid"]


def _gate(home: Home) -> int:
    runtime = runtime_folder(read_folders(home.environment).data, home.environment)
    with open_gate_session(runtime) as session:
        return session.hello.pid


if __name__ == "__main__":
    main()

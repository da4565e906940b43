"""(e) What the jail costs: milliseconds to build it, and decoded tokens a second with it and without it.

    python -m benchmarks.jail_cost --model FILE.gguf [--rounds 9]

The engine without a jail is started here by hand, with the same parameters, and exists for this comparison alone.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from aspen.channel.address import connect
from aspen.core.engine_spec import EngineSpec, spec_to_json
from aspen.local.engine_client import EngineClient
from benchmarks.direct_host import DirectHost
from benchmarks.measuring import compare, parse_options, report, spec_for

_API_KEY = "benchmark"
_MOST_SETUP_MS = 50.0
_NO_MEASURABLE_COST = 0.98
_FREE_ENGINE = """
import json, sys
from aspen.core.engine_spec import spec_from_json
from aspen.local.engine_parameters import engine_parameters
import xllamacpp
spec = spec_from_json(json.loads(sys.stdin.readline()))
server = xllamacpp.Server(engine_parameters(spec, "benchmark", names_pooling=False))
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def _engine_without_jail(spec: EngineSpec, folder: Path) -> Generator[EngineClient]:
    environment = {"GOMP_SPINCOUNT": str(spec.spin_count), "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", _FREE_ENGINE]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(spec_to_json(spec)).encode() + b"\n")
        child.stdin.flush()
        if child.stdout.readline() != b"ready\n":
            raise RuntimeError("the engine without a jail did not start")

        async def connected() -> socket.socket:
            connection = connect(folder / "e.sock", timeout_seconds=5)
            connection.setblocking(False)
            return connection

        yield EngineClient(connect=connected, api_key=_API_KEY)
        child.kill()


async def _rate(client: EngineClient) -> float:
    body = {"prompt": "Once upon a time there was a", "n_predict": 128, "temperature": 0, "ignore_eos": True}
    told = await client.post("/completion", body)
    return cast("dict[str, float]", told["timings"])["predicted_per_second"]


async def _measure(spec: EngineSpec, rounds: int, runtime: Path) -> None:
    host = DirectHost(runtime)
    started = await host.start("jailed", spec, lambda _done, _total: None)
    jailed = EngineClient(connect=lambda: host.connect("jailed"), api_key=started.api_key)
    setup_ms = host.engines["jailed"].confinement.setup_ms
    level = started.report.level.name
    report(f"(e) building the jail ({level})", f"{setup_ms:.1f} ms", f"<= {_MOST_SETUP_MS:.0f} ms", met=setup_ms <= 50)
    folder = runtime / "free"
    folder.mkdir()
    with _engine_without_jail(spec, folder) as free:
        ours: list[float] = []
        theirs: list[float] = []
        for client in (jailed, free):
            await _rate(client)
        for _ in range(rounds):
            ours.append(await _rate(jailed))
            theirs.append(await _rate(free))
    found = compare(ours, theirs)
    report(
        "(e) decode rate in the jail / without it",
        f"{found.ours:.0f} / {found.theirs:.0f} tok/s = {found.ratio:.3f}",
        f">= {_NO_MEASURABLE_COST}",
        met=found.ratio >= _NO_MEASURABLE_COST,
    )
    await host.stop("jailed")


def main() -> None:
    options = parse_options(__doc__ or "", rounds=9)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(spec_for(options.model, slots=1), options.rounds, Path(folder)))


if __name__ == "__main__":
    main()

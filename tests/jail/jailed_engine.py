"""A real engine in its jail, driven line by line over pipes. Run as a program: MODEL SOCKET_DIRECTORY PARENT_PID."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import xllamacpp

from aspen.jail.engine_jail import JailPlan, close_sockets, confine, harden
from aspen.jail.probes import run_probes


def _params(model: Path) -> xllamacpp.CommonParams:
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.hostnames = ["e.sock"]
    params.fit_params = False
    params.ui = False
    params.warmup = False
    params.n_parallel = 1
    params.n_ctx = 512
    params.cache_ram_mib = 0
    params.cpuparams.n_threads = 1
    return params


def _say(**line: object) -> None:
    print(json.dumps(line), flush=True)


def main() -> None:
    model, directory, parent_pid = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    plan = JailPlan(readable=(model,), socket_directory=directory, parent_pid=parent_pid)
    _say(confinement=confine(plan).to_json())
    sys.stdin.readline()
    harden_error = harden()
    server = xllamacpp.Server(_params(model))
    listening = [asdict(probe) for probe in run_probes(plan)]
    close_error = close_sockets()
    _say(
        errors=[harden_error, close_error],
        listening=listening,
        probes=[asdict(probe) for probe in run_probes(plan)],
    )
    sys.stdin.readline()
    del server


if __name__ == "__main__":
    main()

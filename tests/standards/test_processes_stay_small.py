"""What each process loads before it has done anything: little, and nothing that it must not hold.

Measured in a fresh child, since this process has loaded everything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from standards.repository import ROOT

MOST_CPU_MS = 150.0
TRIES = 5

LOADED_BY = {
    "aspen.cli.main": {"click"},
    "aspen.launcher.__main__": set[str](),
    "aspen.service.__main__": {"h11", "pathspec", "platformdirs", "re2", "sqlcipher3", "typing_extensions"},
    "aspen.egress.gate.__main__": {
        *("platformdirs", "sqlcipher3"),
        *("cryptography", "_cffi_backend", "_openssl"),
        *("httpx2", "idna", "typing_extensions", "backports"),
    },
    "aspen.egress.fetcher": set[str](),
    "aspen.local.machine_report": set[str](),
}
"""The packages of others that come with a process. The engine child is llama.cpp's, and is jailed for it."""

HEAVY_FOR_A_COMMAND = {"asyncio", "concurrent", "http", "logging", "socket", "ssl", "subprocess", "urllib"}
"""Of the standard library: what a command that only prints its help has no use for."""

CLIENTS_OF_THE_INTERNET = {"ftplib", "http.client", "smtplib", "urllib.request"}

CHILD = """
import json, sys, time
before, started = set(sys.modules), time.process_time()
import {module}
cpu_ms = (time.process_time() - started) * 1000
print(json.dumps({{"cpu_ms": cpu_ms, "loaded": sorted(set(sys.modules) - before)}}))
"""


def import_in_a_child(module: str) -> tuple[float, set[str]]:
    """Import a module in a new interpreter; return the CPU milliseconds that took and what was loaded."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(module=module)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        check=True,
        text=True,
    )
    told = json.loads(done.stdout)
    return float(told["cpu_ms"]), set(told["loaded"])


def packages(loaded: set[str]) -> set[str]:
    """Return the packages of others among loaded modules."""
    return {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - {"aspen"}


@pytest.mark.parametrize(("module", "allowed"), LOADED_BY.items())
def test_a_process_loads_the_packages_of_its_row_and_no_others(module: str, allowed: set[str]) -> None:
    _, loaded = import_in_a_child(module)
    assert packages(loaded) == allowed


def test_the_core_loads_no_client_of_the_internet_and_no_engine() -> None:
    _, loaded = import_in_a_child("aspen.service.__main__")
    assert loaded & CLIENTS_OF_THE_INTERNET == set()
    assert {name for name in loaded if name.startswith(("aspen.cli", "aspen.local.engine_child"))} == set()


def test_the_core_knows_how_to_word_a_fetchers_task_and_not_how_to_fetch() -> None:
    _, loaded = import_in_a_child("aspen.service.__main__")
    of_the_door = {name for name in loaded if name.startswith("aspen.egress.")}
    assert of_the_door == {"aspen.egress.json_object", "aspen.egress.names", "aspen.egress.room", "aspen.egress.tasks"}


def test_a_command_starts_within_150_ms_of_cpu() -> None:
    cpu_ms = min(import_in_a_child("aspen.cli.main")[0] for _ in range(TRIES))
    assert cpu_ms < MOST_CPU_MS


def test_a_command_loads_nothing_heavy_before_it_knows_what_to_do() -> None:
    _, loaded = import_in_a_child("aspen.cli.main")
    assert {name.partition(".")[0] for name in loaded} & HEAVY_FOR_A_COMMAND == set()
    assert {name for name in loaded if name.startswith("aspen.cli.commands.")} == set()

"""The real core, looked at from outside and by its own attempts to break out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aspen.jail.landlock import kernel_abi
from aspen.jail.proof import prove_process
from aspen.jail.seal import SEAL_FILTERS, SEAL_PROBES
from aspen.jail.system_calls import this_architecture
from fakes.service_home import CORE, ENGINE, LAUNCHER, ServiceHome, question

if sys.platform != "linux" or this_architecture() is None or kernel_abi() == 0:
    pytest.skip("this system cannot seal a process", allow_module_level=True)


@pytest.fixture(scope="module")
def asked(shared_home: ServiceHome) -> ServiceHome:
    """One service that has answered, so that an engine runs as well."""
    shared_home.call("ask", **question("hi", options={"answer_tokens": 1}))
    return shared_home


@pytest.fixture(scope="module")
def report(asked: ServiceHome) -> Iterator[dict[str, Any]]:
    yield asked.call("doctor")


def _limits(pid: int) -> str:
    return Path(f"/proc/{pid}/limits").read_text("ascii")


def test_every_thread_of_core_and_engine_is_confined(asked: ServiceHome) -> None:
    for module in (CORE, ENGINE):
        (pid,) = asked.pids(module)
        proof = prove_process(pid, SEAL_FILTERS)
        assert proof.failures == (), module
        assert proof.threads >= 1


def test_core_and_engine_leave_no_copy_of_their_memory_on_the_disk(asked: ServiceHome) -> None:
    for module in (CORE, ENGINE):
        (pid,) = asked.pids(module)
        (line,) = (line for line in _limits(pid).splitlines() if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]


def test_another_process_of_the_user_cannot_look_into_core_or_engine(asked: ServiceHome) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may look into everything")
    for module in (CORE, ENGINE):
        (pid,) = asked.pids(module)
        # A process that is not dumpable belongs to root in /proc, whoever runs it.
        assert Path(f"/proc/{pid}/environ").stat().st_uid != os.geteuid()
        for name in ("mem", "environ"):
            with pytest.raises(PermissionError):
                Path(f"/proc/{pid}/{name}").open("rb").close()


def test_every_attempt_of_the_core_to_break_out_was_blocked(report: dict[str, Any]) -> None:
    probes = report["core_seal"]["probes"]
    assert {probe["name"] for probe in probes} >= SEAL_PROBES
    assert [probe["name"] for probe in probes if not probe["blocked"]] == []


def test_trying_to_break_out_has_written_nothing_at_home(asked: ServiceHome, report: dict[str, Any]) -> None:
    assert report["core_seal"]["level"] != "L0"
    assert list((asked.root / "home").iterdir()) == []


def test_people_read_how_it_is_sealed_and_when_that_was_checked(asked: ServiceHome) -> None:
    running = asked.call("ps")
    for report in (running["service"]["seal"], running["engines"][0]["jail"]):
        assert report["sentence"].startswith(("Sealed (checked", "Partly sealed: "))


def test_the_engine_is_checked_anew_each_time_somebody_looks(asked: ServiceHome) -> None:
    first, second = (asked.call("ps")["engines"][0]["jail"]["checked_at"] for _ in range(2))
    assert first < second


def test_launcher_and_core_hold_unix_sockets_alone(asked: ServiceHome) -> None:
    # An ordinary user cannot look into the sealed core; there it is the probes that tell.
    for module in (LAUNCHER, CORE) if os.geteuid() == 0 else (LAUNCHER,):
        held = _sockets(asked.pids(module)[0])
        assert held
        assert held <= _unix_sockets()


def _sockets(pid: int) -> set[str]:
    targets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    return {target for target in targets if target.startswith("socket:")}


def _unix_sockets() -> set[str]:
    """Every Unix socket of this network namespace, by its inode (proc(5))."""
    return {f"socket:[{line.split()[6]}]" for line in Path("/proc/net/unix").read_text("utf-8").splitlines()[1:]}

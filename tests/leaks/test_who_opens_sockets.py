"""Every system call about sockets of a day with a provider: the gate opens internet sockets, and nobody else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from closed_home import CLAUDE, GPT, ClosedHome
from closed_network import NAMESERVER
from outside import PROVIDERS
from world import World

from fakes.service_home import CORE, ENGINE, GATE
from fakes.system_calls import Call, can_trace, pids_of, trace

REFUSED = {"EPERM", "EACCES", "ENOSYS", "EAFNOSUPPORT"}
HASH = r"""sed -n 's/.*"body_sha256": *"\([0-9a-f]*\)".*/\1/p'"""


@pytest.fixture(scope="module")
def calls(world: World, starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """A provider is connected, shown, asked and refused; then the model on this machine is asked."""
    if not can_trace():
        pytest.skip("strace is missing, or may not look into processes here")
    root = tmp_path_factory.mktemp("traced")
    with ClosedHome(root, world) as home:
        home.put_on_shelf(starter_model)
        kept = home.file("cases/notes.txt", "What is said here stays here.")
        lines = (
            f"echo {world.key} | ASPEN cloud add openai --key-in-file",
            f"ASPEN keep '{kept.parent}'",
            f"SHA256=$(ASPEN preview --json --model {GPT} 'Five captions' < /dev/null | {HASH})",
            f"ASPEN ask --model {GPT} --yes-send $SHA256 'Five captions' < /dev/null",
            f"ASPEN ask --model {CLAUDE} -f '{kept}' Summarise < /dev/null || test $? = 4",
            "ASPEN ask --model local --max-tokens 2 Hello < /dev/null",
            "ASPEN stop",
        )
        script = "\n".join(("set -e", *lines)).replace("ASPEN", f"{sys.executable} -P -m aspen")
        return trace(world.inside(("sh", "-c", script)), home.environment, root / "trace")


def test_internet_sockets_are_opened_by_the_gate_alone(calls: list[Call]) -> None:
    opened = {call.pid for call in calls if call.opens_internet and not call.error}
    assert len(opened) == 1
    assert opened == pids_of(calls, GATE)


def test_the_gate_reaches_the_name_server_and_the_provider_and_nobody_reaches_anything_else(
    calls: list[Call],
) -> None:
    (gate,) = pids_of(calls, GATE)
    reached = {(call.pid, call.reaches) for call in calls if call.reaches}
    assert reached == {(gate, NAMESERVER), (gate, PROVIDERS["api.openai.com"][0])}


def test_core_and_engine_try_to_open_internet_sockets_and_are_refused(calls: list[Call]) -> None:
    for module in (CORE, ENGINE):
        pids = pids_of(calls, module)
        tried = [call for call in calls if call.pid in pids and call.opens_internet]
        assert tried, f"the trace does not reach {module}"
        assert [call for call in tried if call.error not in REFUSED] == []


def test_nobody_sets_up_io_uring_or_takes_a_descriptor_from_another_process(calls: list[Call]) -> None:
    names = {"io_uring_setup", "pidfd_getfd"}
    assert [call for call in calls if call.name in names and not call.error] == []

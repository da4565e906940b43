"""Every system call of a whole `aspen ask`, from the command line to the engine: nobody opens an internet socket."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from fakes.service_home import CORE, ENGINE, LAUNCHER, ServiceHome
from fakes.system_calls import Call, can_trace, pids_of, trace

REFUSED = {"EPERM", "EACCES", "ENOSYS", "EAFNOSUPPORT"}
_UNIX = ("AF_UNIX", "AF_LOCAL")
_NAMES_OF_USERS = "/nscd/"
"""Where the C library asks for the home folder of a user, while Python starts."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> list[Call]:
    if sys.platform != "linux" or not can_trace():
        pytest.skip("strace is missing, or may not look into processes here")
    root = tmp_path_factory.mktemp("home")
    with ServiceHome(root, idle_exit_seconds=0.3) as home:
        home.put_on_shelf(starter_model)
        command = [sys.executable, "-P", "-m", "aspen", "ask", "Say hello.", "--max-tokens", "4", "--json"]
        return trace(command, home.environment, root / "trace")


def _pid_of(calls: list[Call], module: str) -> int:
    """The one process that was started with `-m module`."""
    (pid,) = pids_of(calls, module)
    return pid


def _family(call: Call) -> str:
    return call.arguments.split(",")[0]


def test_what_you_ask_stays_on_this_machine(calls: list[Call]) -> None:
    """No socket but a Unix one is opened by anyone. The attempts of core and engine to break out are seen, and fail."""
    others = [call for call in calls if call.name in {"socket", "socketpair"} and _family(call) not in _UNIX]
    assert [call for call in others if call.error not in REFUSED] == []
    for module in (CORE, ENGINE):
        tried = {_family(call) for call in others if call.pid == _pid_of(calls, module)}
        assert {"AF_INET", "AF_INET6"} <= tried, f"the trace does not reach {module}"


def test_nobody_connects_or_sends_to_anything_but_a_unix_socket(calls: list[Call]) -> None:
    # strace of an ordinary user cannot read addresses in the memory of a jailed process, and prints where they lie.
    done = [call for call in calls if call.succeeded]
    addressed = [call for call in done if "sa_family" in call.arguments]
    assert {"bind", "connect"} <= {call.name for call in addressed}
    assert [call for call in addressed if "sa_family=AF_UNIX" not in call.arguments] == []
    assert [call for call in done if call.name == "io_uring_setup"] == []


def test_only_the_command_and_the_launcher_make_connections_and_never_core_or_engine(calls: list[Call]) -> None:
    made = {
        call.pid
        for call in calls
        if call.name == "connect" and call.succeeded and _NAMES_OF_USERS not in call.arguments
    }
    assert made == {_pid_of(calls, "aspen"), _pid_of(calls, LAUNCHER)}


def test_no_program_is_run_but_python_with_aspen_s_own_modules(calls: list[Call]) -> None:
    run = [call for call in calls if call.name in {"execve", "execveat"} and call.succeeded]
    programs = {match[1] for call in run if (match := re.match(r'"([^"]+)"', call.arguments))}
    assert {Path(program).name for program in programs} == {Path(sys.executable).name}
    modules = {match[1] for call in run if (match := re.search(r'"-m", "([^"]+)"', call.arguments))}
    assert {LAUNCHER, CORE, ENGINE} <= modules
    assert all(module.split(".")[0] == "aspen" for module in modules)

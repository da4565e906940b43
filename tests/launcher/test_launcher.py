"""What the launcher does when processes die: the core is restarted, not for ever, and nobody outlives the launcher."""

from __future__ import annotations

import os
import signal

import pytest

from aspen.core.errors import ServiceStopped
from fakes.processes import becomes, status_of
from fakes.service_home import CORE, LAUNCHER, ServiceHome


def _core(home: ServiceHome) -> int:
    (pid,) = home.pids(CORE)
    return pid


def _replaced(home: ServiceHome, killed: int) -> bool:
    return becomes(lambda: home.pids(CORE) not in ([], [killed]))


def test_a_killed_core_is_started_again_by_the_same_launcher(home: ServiceHome) -> None:
    first = home.run("ps").pid
    launchers = home.pids(LAUNCHER)
    os.kill(first, signal.SIGKILL)
    assert _replaced(home, first)
    assert home.run("ps").pid == _core(home) != first
    assert home.pids(LAUNCHER) == launchers
    assert "the core ended (status -9) and is started again" in home.log


def test_a_client_of_a_killed_core_is_told_that_it_may_ask_again(home: ServiceHome) -> None:
    home.run("ps")
    with home.session() as session:
        os.kill(_core(home), signal.SIGKILL)
        with pytest.raises(ServiceStopped) as caught:
            session.call("ps")
    assert caught.value.retryable


def test_a_command_that_comes_while_the_core_is_restarted_is_answered(home: ServiceHome) -> None:
    first = home.run("ps").pid
    os.kill(first, signal.SIGKILL)
    answer = home.run("ps")
    assert answer.code == 0
    assert answer.pid != first


def test_a_core_that_dies_five_times_in_a_minute_is_given_up_and_the_log_says_so(home: ServiceHome) -> None:
    home.run("ps")
    for _ in range(4):
        pid = _core(home)
        os.kill(pid, signal.SIGKILL)
        assert _replaced(home, pid)
        assert home.run("ps").pid == _core(home)
    os.kill(_core(home), signal.SIGKILL)
    assert becomes(lambda: not home.processes())
    assert "the core ended 5 times within a minute" in home.log
    assert not home.socket.exists()
    assert home.run("ps").code == 0


def test_a_core_that_dies_while_it_starts_is_told_to_the_command(home: ServiceHome) -> None:
    client = home.begin("ps")
    assert becomes(lambda: home.pids(CORE) != [])
    os.kill(_core(home), signal.SIGKILL)
    error = home.finish(client).error
    assert error["code"] == "service_unreachable"
    assert error["sentence"] == "Aspen's core ended while it started (status -9)."
    assert becomes(lambda: not home.processes())


def test_when_the_launcher_is_killed_the_core_dies_and_the_next_command_starts_anew(home: ServiceHome) -> None:
    first = home.run("ps").pid
    (launcher,) = home.pids(LAUNCHER)
    os.kill(launcher, signal.SIGKILL)
    assert becomes(lambda: not home.processes(), seconds=5.0)
    assert home.run("ps").pid != first


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_launcher_that_is_told_to_end_takes_everything_with_it(home: ServiceHome, number: signal.Signals) -> None:
    home.run("ps")
    (launcher,) = home.pids(LAUNCHER)
    os.kill(launcher, number)
    assert becomes(lambda: not home.processes(), seconds=5.0)
    assert not home.socket.exists()
    assert home.log == ""


def test_a_service_that_is_told_to_stop_leaves_no_word_in_the_log(home: ServiceHome) -> None:
    home.run("ps")
    with home.session():  # a client that is still connected
        home.call("stop")
        assert becomes(lambda: not home.processes(), seconds=5.0)
    assert home.log == ""
    assert list(home.runtime.iterdir()) == []


def test_the_launcher_is_not_sealed_and_the_core_is(home: ServiceHome) -> None:
    home.run("ps")
    (launcher,) = home.pids(LAUNCHER)
    assert status_of(launcher)["NoNewPrivs"] == "0"
    assert status_of(_core(home))["NoNewPrivs"] == "1"

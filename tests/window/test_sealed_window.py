"""A real Chromium in the window's network, at a real core: it reaches Aspen and nobody else, and nothing is left."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from window_home import WindowHome

from aspen.window.state import WindowState, measure
from fakes.processes import becomes, is_running, kill, status_of
from fakes.service_home import CORE

_ELSEWHERE = ("http://192.0.2.1/", "http://[2001:db8::1]/", "http://10.0.0.1/", "http://outside.example/")
_PICTURE = """data:text/html,<img src="http://192.0.2.1/dot.png" onload="document.title='seen'"
onerror="document.title='not seen'">"""


def _measured(window: WindowHome) -> WindowState:
    return measure(window.told())


def test_the_page_is_there_and_has_a_session(shared_window: WindowHome) -> None:
    assert shared_window.is_in()


def test_every_process_of_it_is_in_a_network_with_loopback_alone(shared_window: WindowHome) -> None:
    state = _measured(shared_window)
    assert state.gaps == ()
    assert len(state.members) > 3
    assert {member.interfaces for member in state.members} == {("lo",)}
    assert state.own_network not in {member.network for member in state.members}


def test_aspen_prove_looks_at_the_window(shared_window: WindowHome) -> None:
    proven = json.loads(shared_window.aspen("prove", "--json").out)
    told = proven["window"]
    assert (told["browser"], told["gaps"]) == ("chromium", [])
    assert {tuple(member["interfaces"]) for member in told["members"]} == {("lo",)}
    assert not [each for each in proven["failures"] if "window" in each["sentence"]]


def test_no_address_but_its_own_can_be_opened(shared_window: WindowHome) -> None:
    refusals = {address: shared_window.browser.open_page(address)[1] for address in _ELSEWHERE}
    assert all(error.startswith("net::ERR_") for error in refusals.values()), refusals


def test_a_remote_picture_is_not_loaded(shared_window: WindowHome) -> None:
    page, error = shared_window.browser.open_page(_PICTURE)
    assert error == ""
    assert becomes(lambda: shared_window.browser.evaluate("document.title", page) == "not seen")


def test_the_browser_finds_the_folders_of_aspen_empty(shared_window: WindowHome) -> None:
    inside, home = Path(f"/proc/{shared_window.pid('inside')}/root"), shared_window.home
    for folder in (home.runtime, home.folders.data, home.folders.config, home.folders.gate):
        assert list((inside / folder.relative_to("/")).iterdir()) == []
    assert home.socket.exists()


def test_a_second_command_opens_one_more_page_in_the_same_browser(visible_window: WindowHome) -> None:
    visible_window.open()
    keeper, before = visible_window.pid("keeper"), len(visible_window.browser.pages())
    visible_window.open()
    assert becomes(lambda: len(visible_window.browser.pages()) == before + 1)
    assert visible_window.pid("keeper") == keeper


def test_two_commands_at_once_open_one_window(window: WindowHome) -> None:
    assert window.aspen("models").code == 0
    commands = [
        subprocess.Popen(window.command("open", "--window"), env=window.home.environment, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [command.wait(60) for command in commands] == [0, 0]
    assert _measured(window).gaps == ()


def test_the_page_goes_on_after_its_core_was_killed(window: WindowHome) -> None:
    window.open()
    assert window.is_in()
    kill(window.home.pids(CORE)[0])
    assert window.is_in()


def test_the_page_goes_on_after_the_forwarder_was_killed(window: WindowHome) -> None:
    window.open()
    assert window.is_in()
    first = window.pid("forwarder")
    kill(first)
    assert window.is_in()
    assert window.pid("forwarder") != first
    assert _measured(window).gaps == ()


def test_closing_the_window_leaves_no_process_of_it_and_the_service_alone(window: WindowHome) -> None:
    window.open()
    assert window.is_in()
    core = window.home.pids(CORE)
    window.browser.call("Browser.close")
    assert becomes(lambda: not window.pids()), window.pids()
    assert window.home.pids(CORE) == core
    window.open()
    assert window.is_in()


@pytest.mark.parametrize("name", ["keeper", "inside"])
def test_a_killed_window_leaves_no_process(window: WindowHome, name: str) -> None:
    window.open()
    kill(window.pid(name))
    assert becomes(lambda: not window.pids()), window.pids()


def test_with_alone_the_window_ends_with_its_command(window: WindowHome) -> None:
    command = subprocess.Popen(
        window.command("--alone", "open", "--window"), env=window.home.environment, stderr=subprocess.DEVNULL
    )
    assert becomes(lambda: any("chrom" in Path(f"/proc/{pid}/comm").read_text() for pid in window.pids()))
    command.send_signal(signal.SIGKILL)
    command.wait(10)
    assert becomes(lambda: not window.pids()), window.pids()


def test_what_was_typed_is_not_left_in_the_browsers_folder(window: WindowHome) -> None:
    window.open()
    assert window.is_in()
    canary = "quietly-typed-canary"
    field = "document.querySelector('textarea') ?? document.body.appendChild(document.createElement('textarea'))"
    window.browser.evaluate(f"((field) => {{ field.value = '{canary}' }})({field})")
    window.browser.evaluate("history.pushState(null, '', '/#elsewhere'); history.back()")
    window.browser.call("Browser.close")
    assert becomes(lambda: not window.pids())
    files = [path for path in (window.home.folders.state / "window").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [
        path
        for path in files
        if canary.encode() in path.read_bytes() or canary.encode("utf-16-le") in path.read_bytes()
    ] == []


def test_for_an_ordinary_user_the_browsers_own_sandbox_stays_on(ordinary_window: WindowHome) -> None:
    ordinary_window.open()
    assert ordinary_window.is_in()
    pids = ordinary_window.pids()
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids}
    assert not any(b"no-sandbox" in command.split(b"\0")[-1] for command in commands.values() if command)
    renderers = [pid for pid, command in commands.items() if b"--type=renderer" in command]
    assert renderers
    assert {status_of(pid)["Seccomp"] for pid in renderers if is_running(pid)} == {"2"}
    networks = {Path(f"/proc/{pid}/ns/net").stat().st_ino for pid in renderers if is_running(pid)}
    assert Path("/proc/self/ns/net").stat().st_ino not in networks

"""What is opened where there is no sealed window: a tab or a link, with the sentence that says what that means."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import pytest

from aspen.window.browser_tab import OUTSIDE_THE_SEAL
from aspen.window.opening import NO_DISPLAY, running_window
from fakes.processes import becomes
from fakes.service_home import Outcome, ServiceHome

_RUNNER = Path(__file__).with_name("run_aspen.py")
_NO_MORE_NAMESPACES = (
    *("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c"),
    'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
    "sh",
)


def _aspen(home: ServiceHome, *words: str, before: tuple[str, ...] = (), **environment: str) -> Outcome:
    done = subprocess.run(
        [*before, *home.python, "-P", str(_RUNNER), *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=home.root,
        env={**home.environment, **environment},
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    home.processes()
    return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


def _program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return program


def _on_terminal(home: ServiceHome, *words: str) -> str:
    """Run a command line as a person does, and return what they see."""
    ours, terminal = pty.openpty()
    with subprocess.Popen(
        [*home.python, "-P", "-m", "aspen", *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=home.root,
        env={**home.environment, "TERM": "dumb"},
    ) as running:
        os.close(terminal)
        seen = b""
        with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as screen:  # a terminal that nobody holds ends so
            while more := screen.read(4096):
                seen += more
        assert running.wait(60) == 0, seen
    home.processes()
    return seen.decode()


@pytest.fixture
def with_a_tab(home: ServiceHome) -> Path:
    """Make a browser of the user's own, and return where it writes what it was told to open."""
    opened = home.root / "opened"
    browser = _program(home.root / "programs", "own-browser", f'/bin/echo "$1" > {opened}')
    home.environment |= {"BROWSER": f"{browser} %s", "PATH": str(browser.parent), "DISPLAY": ":0"}
    return opened


def _without_namespaces() -> tuple[str, ...]:
    command = tuple(shutil.which(word) or word for word in _NO_MORE_NAMESPACES)
    if subprocess.run([*command, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system does not let the test take namespaces away")
    return command


def _enter(client: httpx.Client, origin: str, key: str) -> httpx.Response:
    """Give a key as a page does. A browser knows by itself where names under .localhost lead."""
    host = origin.removeprefix("http://")
    port = host.rpartition(":")[2]
    return client.post(f"http://127.0.0.1:{port}/start", json={"key": key}, headers={"host": host, "origin": origin})


def test_without_a_display_a_link_is_printed_that_opens_a_session_once(home: ServiceHome) -> None:
    opened = _aspen(home, "open")
    assert opened.code == 0, opened.err
    assert opened.err.splitlines() == [OUTSIDE_THE_SEAL, NO_DISPLAY]
    gate, _, keys = opened.out.strip().partition("/start#")
    gate_key, _, app_key = keys.partition(".")
    with httpx.Client(trust_env=False) as client:
        told = _enter(client, gate, gate_key)
        assert told.status_code == 200
        app = told.json()["app_origin"]
        assert app.startswith("http://aspen.localhost:")
        assert _enter(client, app, app_key).status_code == 200
        assert {_enter(client, gate, gate_key).status_code, _enter(client, app, app_key).status_code} == {400}


def test_no_open_opens_nothing_and_says_where(home: ServiceHome, with_a_tab: Path) -> None:
    told = json.loads(_aspen(home, "open", "--no-open", "--json").out)
    assert (told["opened"], told["is_sealed"]) == ("link", False)
    assert told["link"].startswith("http://gate.aspen.localhost:")
    assert not with_a_tab.exists()


def test_a_tab_is_said_to_be_outside_of_the_seal(home: ServiceHome, with_a_tab: Path) -> None:
    opened = _aspen(home, "open", "--tab")
    assert (opened.code, opened.err.splitlines()) == (0, [OUTSIDE_THE_SEAL])
    assert becomes(with_a_tab.exists)
    assert with_a_tab.read_text("utf-8").startswith("http://gate.aspen.localhost:")


def test_without_a_browser_for_the_window_a_tab_is_opened_and_both_are_said(
    home: ServiceHome, with_a_tab: Path
) -> None:
    opened = _aspen(home, "open")
    assert opened.code == 0, opened.err
    assert "no browser here that can be Aspen's window" in opened.err
    assert OUTSIDE_THE_SEAL in opened.err
    assert becomes(with_a_tab.exists)


def test_where_namespaces_are_refused_this_is_said_and_a_tab_is_opened(home: ServiceHome, with_a_tab: Path) -> None:
    before = _without_namespaces()
    _program(with_a_tab.parent / "programs", "chromium", "exit 1")
    opened = _aspen(home, "open", before=before)
    assert opened.code == 0, opened.err
    assert "This system refuses a program a network of its own" in opened.err
    assert OUTSIDE_THE_SEAL in opened.err
    assert becomes(with_a_tab.exists)


def test_who_wants_the_window_and_nothing_else_gets_the_reason(home: ServiceHome, with_a_tab: Path) -> None:
    before = _without_namespaces()
    _program(with_a_tab.parent / "programs", "chromium", "exit 1")
    refused = _aspen(home, "open", "--window", "--json", before=before)
    assert (refused.code, json.loads(refused.out)["error"]["code"]) == (1, "not_sealed")
    assert not with_a_tab.exists()


def test_a_browser_that_ends_at_once_is_named_and_no_window_is_left(home: ServiceHome, with_a_tab: Path) -> None:
    _program(with_a_tab.parent / "programs", "chromium", "exit 7")
    refused = _aspen(home, "open", "--window")
    if "refuses a program a network" in refused.err:
        pytest.skip("this system gives no network of its own")
    assert refused.code == 1
    assert "The browser chromium ended at once (exit status 7)." in refused.err
    assert running_window(home.runtime) is None


def test_aspen_with_nothing_behind_it_opens_the_workspace_and_helps_where_nobody_looks(home: ServiceHome) -> None:
    seen = _on_terminal(home)
    assert NO_DISPLAY in seen
    assert re.search(r"^http://\S+:\d+/start#\S+\r$", seen, flags=re.MULTILINE), seen
    assert "Commands:" in _aspen(home).out
    assert "Commands:" in _on_terminal(home, "--help")

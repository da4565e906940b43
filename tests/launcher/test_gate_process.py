"""The gate from the launcher's side: started when first needed, by core or person, and started anew after its death."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import httpx2 as httpx
import pytest

from aspen.channel.address import GATE_PAGE_SOCKET_NAME
from aspen.channel.client import open_gate_session
from aspen.core.errors import BadRule, GateUnreachable
from fakes.processes import becomes
from fakes.service_home import LAUNCHER, ServiceHome

GATE, PRACTICE = "aspen.egress.gate", "aspen.practice"


def status(home: ServiceHome) -> dict[str, object]:
    with open_gate_session(home.runtime) as gate:
        return gate.call("status")


def test_no_gate_runs_until_somebody_needs_it(home: ServiceHome) -> None:
    home.run("ps")
    assert home.pids(GATE) == []
    assert status(home)["airplane"] is False
    assert len(home.pids(GATE)) == 1


def test_a_killed_gate_is_started_anew_by_the_next_who_comes(home: ServiceHome) -> None:
    home.run("ps")
    status(home)
    (first,) = home.pids(GATE)
    os.kill(first, signal.SIGKILL)
    assert becomes(lambda: home.pids(GATE) == [])
    status(home)
    assert home.pids(GATE) not in ([], [first])
    assert "the gate ended (status -9)" in home.log


def test_what_keeps_the_gate_from_starting_is_told_to_the_person_who_waits(home: ServiceHome) -> None:
    home.run("ps")
    home.folders.rules.parent.mkdir(parents=True, exist_ok=True)
    home.folders.rules.write_text('[[rule]]\nthen = "perhaps"\n')
    with pytest.raises(BadRule, match="2"):
        status(home)


def test_a_gate_that_dies_too_often_is_not_started_for_a_while(home: ServiceHome) -> None:
    home.run("ps")
    for _ in range(5):
        status(home)
        (pid,) = home.pids(GATE)
        os.kill(pid, signal.SIGKILL)
        assert becomes(lambda: home.pids(GATE) == [])
    for _ in range(2):
        with pytest.raises(GateUnreachable, match="ended too often"):
            status(home)


def _practise(home: ServiceHome) -> None:
    """Have the gate and the practice provider run."""
    home.run("ps")
    assert home.aspen("cloud", "add", "practice").code == 0
    asked = home.aspen("ask", "--model", "practice", "--label", "may-leave", "Hello")
    assert asked.code == 0, asked.err
    assert home.pids(GATE) != []
    assert home.pids(PRACTICE) != []


def test_gate_and_practice_provider_end_with_the_service(home: ServiceHome) -> None:
    _practise(home)
    home.stop()
    assert (home.pids(GATE), home.pids(PRACTICE)) == ([], [])


def test_a_launcher_that_is_killed_leaves_neither_gate_nor_practice_provider(home: ServiceHome) -> None:
    _practise(home)
    os.kill(home.pids(LAUNCHER)[0], signal.SIGKILL)
    assert becomes(lambda: home.processes() == [])


def test_the_gate_sees_no_key_and_no_proxy_of_the_persons_shell(home: ServiceHome) -> None:
    home.environment |= {"ANTHROPIC_API_KEY": "sk-canary", "HTTPS_PROXY": "http://canary:1", "SSLKEYLOGFILE": "/canary"}
    home.run("ps")
    status(home)
    (pid,) = home.pids(GATE)
    try:
        seen = Path(f"/proc/{pid}/environ").read_bytes()
    except PermissionError:
        pytest.skip("the gate lets nobody look at it here")
    assert b"canary" not in seen


def _app_at(home: ServiceHome, way: str) -> tuple[str, str]:
    """Ask for the gate's pages as a person's command does; return where they are and the start key."""
    with open_gate_session(home.runtime) as gate:
        opened = gate.call("open_page", {"app_origin": "http://127.0.0.1:4000", "way": way})
    return str(opened["origin"]), str(opened["key"])


def test_a_browser_that_connects_to_the_gates_pages_starts_the_gate(home: ServiceHome) -> None:
    home.run("ps")
    wire = httpx.HTTPTransport(uds=str(home.runtime / GATE_PAGE_SOCKET_NAME))
    with httpx.Client(transport=wire, timeout=20.0) as client:
        assert client.get("http://gate.aspen.localhost:81/start").status_code == 200
    assert len(home.pids(GATE)) == 1
    assert stat.S_IMODE((home.runtime / GATE_PAGE_SOCKET_NAME).stat().st_mode) == 0o600


def test_the_port_of_the_gates_pages_opens_when_it_is_asked_for_and_outlives_the_gate(home: ServiceHome) -> None:
    home.run("ps")
    origin, _ = _app_at(home, "window")
    assert origin == "http://gate.aspen.localhost:81"
    origin, key = _app_at(home, "tab")
    with httpx.Client(base_url=origin, trust_env=False, timeout=20.0) as client:
        assert client.post("/start", json={"key": key}, headers={"origin": origin}).status_code == 200
        (pid,) = home.pids(GATE)
        os.kill(pid, signal.SIGKILL)
        assert becomes(lambda: home.pids(GATE) == [])
    with httpx.Client(base_url=origin, trust_env=False, timeout=20.0, cookies=client.cookies) as again:
        assert again.get("/api/state").json()["airplane"] is False
    assert _app_at(home, "tab")[0] == origin

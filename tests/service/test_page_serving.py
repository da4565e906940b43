"""The app's server inside the real sealed core: on its Unix socket, on a browser's port, across a killed core."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import httpx2 as httpx

from aspen.channel.address import PAGE_SOCKET_NAME
from fakes.processes import becomes
from fakes.service_home import CORE, ServiceHome


def _client(home: ServiceHome, port: int | None = None) -> httpx.Client:
    if port is not None:
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30.0)
    transport = httpx.HTTPTransport(uds=str(home.runtime / PAGE_SOCKET_NAME))
    return httpx.Client(base_url="http://aspen.localhost", transport=transport, trust_env=False, timeout=30.0)


def _enter(client: httpx.Client, home: ServiceHome, *, in_tab: bool = False) -> None:
    key = home.call("open_page", in_tab=in_tab)["start_key"]
    assert client.post("/start", json={"key": key}).status_code == 200


def test_the_sealed_core_serves_the_app_on_a_unix_socket_that_only_this_user_can_open(home: ServiceHome) -> None:
    home.run("ps")
    assert (home.runtime / PAGE_SOCKET_NAME).stat().st_mode & 0o777 == 0o600
    with _client(home) as client:
        assert client.get("/health").json() == {"is_ready": True}
        assert client.post("/api/call/ps", json={}).status_code == 401
        _enter(client, home)
        assert client.post("/api/call/ps", json={}).json()["schema"] == 1
        refused = client.post("/api/call/show", json={"name": "nothing-like-this"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")
    assert home.log == ""


def test_no_port_is_open_before_a_browser_is_asked_for_and_then_one_on_loopback(home: ServiceHome) -> None:
    home.run("ps")
    assert home.call("open_page")["port"] is None
    port = home.call("open_page", in_tab=True)["port"]
    assert home.call("open_page", in_tab=True)["port"] == port
    with _client(home, port) as client:
        _enter(client, home, in_tab=True)
        assert client.post("/api/call/ps", json={}).status_code == 200
    assert home.log == ""


def test_an_open_page_keeps_the_service_and_a_closed_one_does_not(tmp_path: Path) -> None:
    with ServiceHome(tmp_path, idle_exit_seconds=1) as home:
        home.run("ps")
        with _client(home) as client:
            _enter(client, home)
            with client.stream("GET", "/api/here") as page:
                said = page.iter_text()
                assert next(said).startswith(":")
                time.sleep(3.0)
                assert home.processes()
        assert becomes(lambda: not home.processes(), seconds=10.0)


def test_a_killed_core_costs_neither_the_session_nor_the_port(home: ServiceHome) -> None:
    home.run("ps")
    port = home.call("open_page", in_tab=True)["port"]
    with _client(home, port) as client:
        _enter(client, home, in_tab=True)
        (core,) = home.pids(CORE)
        os.kill(core, signal.SIGKILL)
        assert becomes(lambda: home.pids(CORE) not in ([], [core]))

        def answers() -> bool:
            try:
                return client.post("/api/call/ps", json={}).status_code == 200
            except httpx.TransportError:
                return False

        assert becomes(answers, seconds=20.0)


def test_a_service_that_ends_lets_go_of_its_sockets(home: ServiceHome) -> None:
    home.run("ps")
    port = home.call("open_page", in_tab=True)["port"]
    with _client(home) as client:
        _enter(client, home)
        home.call("stop")
        assert becomes(lambda: not home.processes(), seconds=5.0)
    assert list(home.runtime.iterdir()) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert home.log == ""

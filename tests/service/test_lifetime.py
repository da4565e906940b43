"""The service ends when nobody has needed it for a while, and not before."""

from __future__ import annotations

import time
from pathlib import Path

from fakes.processes import becomes
from fakes.service_home import ServiceHome


def test_an_idle_service_ends_by_itself(tmp_path: Path) -> None:
    with ServiceHome(tmp_path, idle_exit_seconds=1) as home:
        home.run("ps")
        ended_after = time.monotonic()
        assert becomes(lambda: not home.processes(), seconds=10.0)
        assert time.monotonic() - ended_after > 0.8
        assert not home.socket.exists()
        assert home.run("ps").code == 0


def test_a_connected_client_keeps_the_service(tmp_path: Path) -> None:
    with ServiceHome(tmp_path, idle_exit_seconds=0.5) as home:
        pid = home.run("ps").pid
        with home.session() as session:
            time.sleep(2.5)
            assert session.call("ps")["service"] is not None
            assert session.hello.pid == pid

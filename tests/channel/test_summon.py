"""Finding, starting, sharing and replacing the service, with real launchers and cores."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

import aspen
from aspen.channel.address import SOCKET_NAME, short_path
from fakes import older_service
from fakes.processes import becomes
from fakes.service_home import CORE, LAUNCHER, ServiceHome


def test_the_first_command_starts_the_service_and_the_second_finds_it(home: ServiceHome) -> None:
    first, second = home.run("ps"), home.run("ps")
    assert first.frames[0]["hello"]["version"] == aspen.__version__
    assert first.pid == second.pid
    assert home.pids(CORE) == [first.pid]
    assert len(home.pids(LAUNCHER)) == 1


def test_looking_for_a_running_service_starts_none(home: ServiceHome) -> None:
    assert home.run("--running", "ps").error["code"] == "not_found"
    assert home.processes() == []


def test_commands_that_start_at_once_share_one_service(home: ServiceHome) -> None:
    clients = [home.begin("ps") for _ in range(4)]
    pids = {home.finish(client).pid for client in clients}
    assert pids == set(home.pids(CORE))
    assert len(pids) == 1


def test_only_its_owner_can_reach_the_socket(home: ServiceHome) -> None:
    home.run("ps")
    assert home.socket.stat().st_mode & 0o777 == 0o600
    assert home.runtime.stat().st_mode & 0o777 == 0o700
    assert home.folders.log.stat().st_mode & 0o777 == 0o600


def test_a_socket_that_a_dead_service_left_is_replaced(home: ServiceHome) -> None:
    first = home.run("ps")
    for process in home.processes():
        os.kill(process.pid, signal.SIGKILL)
    assert becomes(lambda: not home.processes())
    assert home.socket.exists()
    assert home.run("ps").pid != first.pid


def test_two_homes_have_two_services(home: ServiceHome, tmp_path: Path) -> None:
    with ServiceHome(tmp_path / "other") as other:
        assert home.run("ps").pid != other.run("ps").pid
        home.stop()
        assert len(other.pids(CORE)) == 1


@pytest.mark.parametrize("length", [200, 1000])
def test_a_home_and_a_runtime_directory_of_any_length_work(tmp_path: Path, length: int) -> None:
    root = tmp_path
    while len(str(root)) < length:
        root /= "d" * min(200, max(1, length - len(str(root)) - 1))
    with ServiceHome(root) as home:
        assert len(str(home.socket)) > length
        assert home.run("ps").pid == home.run("ps").pid


def test_a_command_with_another_runtime_directory_finds_the_same_service(home: ServiceHome, tmp_path: Path) -> None:
    first = home.run("ps")
    (tmp_path / "elsewhere").mkdir()
    for value in (str(tmp_path / "elsewhere"), ""):
        other = home.run("ps", environment={"XDG_RUNTIME_DIR": value})
        assert other.pid == first.pid
    assert len(home.pids(LAUNCHER)) == 1


@contextmanager
def _service_of(version: str, home: ServiceHome) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, older_service.__file__, version, str(home.folders.data), str(home.runtime)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=home.environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "listens\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_service_of_an_older_version_is_replaced(home: ServiceHome) -> None:
    with _service_of("0.0.1", home) as old:
        clients = [home.begin("ps") for _ in range(2)]
        exchanges = [home.finish(client) for client in clients]
        assert old.wait(timeout=5) == 0
    assert {exchange.pid for exchange in exchanges} == set(home.pids(CORE))
    assert exchanges[0].frames[0]["hello"]["version"] == aspen.__version__


def test_a_service_of_a_newer_version_serves_on(home: ServiceHome) -> None:
    with _service_of("999.0", home) as newer:
        assert home.run("ps").pid == newer.pid
        assert newer.poll() is None
    assert home.processes() == []


def test_what_listens_there_and_is_not_aspen_is_named_so(home: ServiceHome) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        with short_path(home.runtime / SOCKET_NAME) as name:
            listener.bind(name)
        listener.listen()
        client = home.begin("ps")
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail.example ESMTP\r\n")
            error = home.finish(client).error
    assert error["code"] == "service_unreachable"
    assert "does not speak Aspen's protocol" in error["sentence"]


def test_settings_that_cannot_be_read_are_told_to_every_command_that_waits(home: ServiceHome) -> None:
    home.folders.config.mkdir(parents=True)
    (home.folders.config / "settings.toml").write_text("idle_exit_seconds = 'soon'", "utf-8")
    started = time.monotonic()
    clients = [home.begin("ps") for _ in range(2)]
    for error in [home.finish(client).error for client in clients]:
        assert error["code"] == "bad_setting"
        assert error["sentence"] == "The setting idle_exit_seconds must be a positive number, not 'soon'."
    assert time.monotonic() - started < 10
    assert becomes(lambda: not home.processes())
    assert not home.socket.exists()


def test_a_data_folder_that_is_a_file_is_named(home: ServiceHome) -> None:
    (home.root / "aspen").write_text("in the way", "utf-8")
    error = home.run("ps").error
    assert (error["code"], str(home.root / "aspen") in error["sentence"]) == ("not_writable", True)
    assert "ASPEN_HOME" in error["hint"]


def test_a_service_holds_no_descriptor_of_the_command_that_started_it(home: ServiceHome) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        subprocess.run(
            home.command("ps"), check=True, env=home.environment, pass_fds=(writer,), stdout=subprocess.DEVNULL
        )
        os.close(writer)
        # A shell that waits for this pipe's end would otherwise wait as long as the service lives.
        assert select.select([pipe], [], [], 5.0)[0] == [pipe]
        assert pipe.read(1) == b""
    assert home.processes() != []


def test_a_service_belongs_to_no_terminal_and_keeps_no_folder_of_the_command_busy(home: ServiceHome) -> None:
    home.run("ps")
    launcher = next(process for process in home.processes() if process.module == LAUNCHER)
    assert launcher.session == launcher.pid
    assert Path(f"/proc/{launcher.pid}/cwd").resolve() == home.runtime.resolve()


def test_alone_leaves_nothing_behind(home: ServiceHome) -> None:
    exchange = home.run("--alone", "ps")
    assert exchange.code == 0
    assert becomes(lambda: not home.processes(), seconds=5.0)
    assert list((home.root / "tmp").iterdir()) == []
    assert not home.socket.exists()


def test_alone_neither_uses_nor_disturbs_a_service_that_runs(home: ServiceHome) -> None:
    running = home.run("ps")
    alone = home.run("--alone", "ps")
    assert alone.pid != running.pid
    assert becomes(lambda: home.pids(CORE) == [running.pid], seconds=5.0)
    assert home.run("ps").pid == running.pid
    assert list((home.root / "tmp").iterdir()) == []


def test_alone_ends_when_its_command_is_killed(home: ServiceHome) -> None:
    with home.begin("--alone", "embed", '{"input": 1}') as client:
        assert becomes(lambda: bool(home.processes()))
        client.kill()
        client.communicate()
    assert becomes(lambda: not home.processes(), seconds=30.0)


def test_a_command_interrupted_while_it_starts_the_service_leaves_one_that_works(home: ServiceHome) -> None:
    with home.begin("ps") as client:
        assert becomes(lambda: bool(home.pids(LAUNCHER)))
        client.kill()
        client.communicate()
    assert home.run("ps").code == 0
    assert len(home.pids(LAUNCHER)) == 1

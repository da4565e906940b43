"""What /proc says of real processes, and of made-up ones where a real one cannot be had."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aspen.channel.process_state import descendants_of, own_filters, sockets_of, state_of

if sys.platform != "linux":
    pytest.skip("there is no /proc here", allow_module_level=True)


def test_a_process_sees_its_own_parent_threads_and_filters() -> None:
    state = state_of(os.getpid())
    assert state is not None
    assert (state.pid, state.parent_pid) == (os.getpid(), os.getppid())
    assert state.threads >= 1
    assert state.seccomp_filters == own_filters()
    assert state.is_hidden is (None if os.geteuid() == 0 else False)


def test_sockets_are_counted_by_their_kind() -> None:
    before = sockets_of("self")
    assert before is not None
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.create_server(("127.0.0.1", 0)), socket.socket() as unused:
        held = sockets_of("self")
        assert held is not None
        assert held.unix == before.unix + 2
        assert held.internet == before.internet + 1
        assert held.other == before.other + 1, "a socket that nobody has bound stands in no table"
        assert unused.fileno() > 0
    assert sockets_of("self") == before


def test_a_family_is_found_with_its_children() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        family = descendants_of(os.getpid())
        child.communicate()
    assert family[0].pid == os.getpid()
    (found,) = (state for state in family if state.pid == child.pid)
    assert found.parent_pid == os.getpid()
    assert found.has_own_network is False


def test_a_process_that_has_ended_is_none() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    assert state_of(child.pid) is None
    assert descendants_of(child.pid) == ()


def _made_up(proc: Path, pid: int, *threads: str) -> None:
    (proc / "self" / "fd").mkdir(parents=True, exist_ok=True)
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    (folder / "cmdline").write_bytes(b"/usr/bin/python3\0-P\0-m\0aspen.service\0--link\x007\0")
    (folder / "status").write_text(threads[0], "ascii")
    for number, thread in enumerate(threads):
        task = folder / "task" / str(pid + number)
        task.mkdir(parents=True)
        (task / "status").write_text(thread, "ascii")


SEALED = "PPid:\t1\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t2\n"
FREE = "PPid:\t1\nCapEff:\t0000000000000400\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n"


def test_one_free_thread_makes_the_whole_process_free(tmp_path: Path) -> None:
    _made_up(tmp_path, 7, SEALED, FREE)
    state = state_of(7, tmp_path)
    assert state is not None
    assert state.module == "aspen.service"
    assert (state.threads, state.seccomp_filters, state.has_no_new_privileges) == (2, 0, False)
    assert state.capabilities == "400"


def test_a_process_whose_threads_are_all_confined_is_confined(tmp_path: Path) -> None:
    _made_up(tmp_path, 7, SEALED, SEALED)
    state = state_of(7, tmp_path)
    assert state is not None
    assert (state.seccomp_filters, state.has_no_new_privileges, state.capabilities) == (2, True, "0")


def test_what_cannot_be_listed_is_not_guessed(tmp_path: Path) -> None:
    assert sockets_of(7, tmp_path) is None

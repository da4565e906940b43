"""The kernel's word on who is at the other end of a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from aspen.channel.peer import is_same_user, peer_uid

# What connects: a few lines that any Python can run, also one that cannot read this checkout.
_CONNECT = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); sys.stdin.read()"
_SYSTEM_PYTHON = "/usr/bin/python3"


def test_a_connection_of_the_same_user_is_known_as_such() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer_uid(one) == os.getuid()
        assert is_same_user(one)


def test_a_connection_of_another_user_is_known_as_such() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can start a process of another user")
    if not Path(_SYSTEM_PYTHON).exists():
        pytest.skip("there is no Python that another user may run")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as listener:
        # Open to everybody, as no folder of Aspen's is: here only the kernel's word is left.
        path = Path(folder) / "open.sock"
        Path(folder).chmod(0o755)
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen()
        command = [_SYSTEM_PYTHON, "-c", _CONNECT, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, user=65534, group=65534, extra_groups=[]) as stranger:
            connection, _ = listener.accept()
            with connection:
                assert peer_uid(connection) == 65534
                assert not is_same_user(connection)
            stranger.communicate()

"""A service of an earlier version, as a program: VERSION DATA RUNTIME. It holds the lock and leaves when it is told to.

Speaks what every version speaks: the greeting, and the verb `stop`.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from aspen.channel.address import SOCKET_NAME, short_path
from aspen.channel.framing import Hello, from_frame, hello_frame, to_frame
from aspen.launcher.lock import take_lock


def main(version: str, data: Path, runtime: Path) -> int:
    data.mkdir(parents=True, exist_ok=True)
    lock = take_lock(data, runtime)
    assert lock is not None
    with socket.socket(socket.AF_UNIX) as listener:
        with short_path(runtime / SOCKET_NAME) as name:
            listener.bind(name)
        listener.listen()
        print("listens", flush=True)
        while not _serve(listener, version):
            pass
    os.close(lock)
    (runtime / SOCKET_NAME).unlink()
    return 0


def _serve(listener: socket.socket, version: str) -> bool:
    """Answer one client; True when it said stop."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as lines:
        connection.sendall(hello_frame(Hello(version=version, pid=os.getpid())))
        line = lines.readline()
        verb = from_frame(line)["verb"] if line else ""
        connection.sendall(to_frame({"result": {"verb": verb}}))
    return verb == "stop"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))

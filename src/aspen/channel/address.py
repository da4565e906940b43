"""Where the service of one data home listens: a private folder for its socket, found the same way by both sides.

Unix socket names hold 107 bytes. A longer path is reached through a descriptor of its folder, so that a home folder of
any length works.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aspen.core.errors import NotWritable

SOCKET_NAME = "aspen.sock"
PAGE_SOCKET_NAME = "page.sock"
"""Where the app's page is served from: HTTP, over a socket that no other user can open."""

GATE_SOCKET_NAME = "gate.sock"
"""Where the gate listens for persons, in the same folder: what the core must not be able to say for them."""
GATE_PAGE_SOCKET_NAME = "gate-page.sock"
"""Where the gate serves its own pages to Aspen's window."""

_LONGEST_SOCKET_PATH_BYTES = 100


def runtime_folder(data_home: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Return a folder that only this user can enter, made if need be; one for each data home.

    Raises NotWritable when neither the user's runtime directory nor the temporary directory can hold it.
    """
    name = hashlib.sha256(os.fsencode(data_home)).hexdigest()[:12]
    tried: list[str] = []
    for root in _roots(environment):
        folder = root / name
        try:
            for part in (root, folder):
                part.mkdir(mode=0o700, exist_ok=True)
                _check_private(part)
        except OSError as error:
            tried.append(f"{folder}: {error.strerror}")
        else:
            return folder
    raise NotWritable(
        "There is no folder for Aspen's socket: " + "; ".join(tried) + ".",
        hint="Set XDG_RUNTIME_DIR to a folder of your own that can be written.",
    )


def _roots(environment: Mapping[str, str]) -> Iterator[Path]:
    runtime = Path(environment.get("XDG_RUNTIME_DIR", ""))
    if runtime.is_absolute():  # any other is to be ignored (XDG Base Directory Specification)
        yield runtime / "aspen"
    yield Path(tempfile.gettempdir()) / f"aspen-{os.getuid()}"


def _check_private(folder: Path) -> None:
    """Refuse a folder that another user made, or that others may enter: the socket would not be ours alone."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(0, "it belongs to somebody else")
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    if not os.access(folder, os.W_OK):
        raise PermissionError(0, "it cannot be written")


@contextmanager
def short_path(path: Path) -> Generator[str]:
    """Yield a name for a socket that fits into 107 bytes, whatever the length of its path (Linux)."""
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_DIRECTORY | os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def connect(path: Path, timeout_seconds: float) -> socket.socket:
    """Connect to a Unix socket.

    Raises OSError as `socket.connect` does.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_seconds)
        with short_path(path) as name:
            connection.connect(name)
    except BaseException:
        connection.close()
        raise
    return connection

"""Find the service of this data home, start it when there is none, and replace one of an older version.

Two commands that start at once both start a launcher; the one that gets the lock stays and serves both.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import aspen
from aspen.channel.address import SOCKET_NAME, runtime_folder
from aspen.channel.client import Session, open_session
from aspen.core.errors import NotWritable, ServiceStopped, ServiceUnreachable, error_from_json
from aspen.launcher.lock import noted_runtime
from aspen.settings import Folders

_START_TIMEOUT_SECONDS = 30.0
_LEAVE_TIMEOUT_SECONDS = 30.0
_LISTEN_TIMEOUT_SECONDS = 1.0
_PAUSE_SECONDS = 0.01
_LARGEST_LOG_BYTES = 1 << 20


def open_running(folders: Folders) -> Session | None:
    """Connect to the service if it runs, whatever its version; None when there is none."""
    own, noted = runtime_folder(folders.data), noted_runtime(folders.data)
    session = _try(own)
    if session is None and noted not in (None, own):
        session = _try(noted)
    return session


def open_or_start(folders: Folders) -> Session:
    """Connect to the service of this version, starting or replacing it first if need be.

    Raises what keeps a service from starting, such as BadSetting, else ServiceUnreachable.
    """
    session = open_running(folders)
    if session is not None and _is_older(session.hello.version):
        _ask_to_leave(session)
        session = None
    return session or _start(folders)


@contextmanager
def open_alone(folders: Folders) -> Generator[Session]:
    """Run a service for one command: a socket of its own, no lock, gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="aspen-alone-"))
    try:
        _launch(folders, folder, "--while-connected")
        session = _try(folder)
        if session is None:
            raise _did_not_start(folders)
        with session:
            yield session
    finally:
        _wait_until_gone(folder, _identity(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _try(folder: Path) -> Session | None:
    try:
        return open_session(folder)
    except (OSError, ServiceStopped):
        return None


def _is_older(version: str) -> bool:
    return _version_key(version) < _version_key(aspen.__version__)


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def _ask_to_leave(session: Session) -> None:
    listener = _identity(session.folder)
    with session, suppress(ServiceStopped):  # another command may have asked it already
        session.call("stop")
    if not _wait_until_gone(session.folder, listener):
        raise ServiceUnreachable(
            f"A service of Aspen {session.hello.version} still runs and does not end.",
            hint=f"End process {session.hello.pid}, then ask again.",
        )


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a socket from the next one at the same place; None where there is none."""
    try:
        found = (folder / SOCKET_NAME).lstat()
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _wait_until_gone(folder: Path, listener: tuple[int, int] | None) -> bool:
    """A launcher removes its socket as the last thing it does; another one may then put its own there at once."""
    deadline = time.monotonic() + _LEAVE_TIMEOUT_SECONDS
    while listener is not None and _identity(folder) == listener:
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _start(folders: Folders) -> Session:
    """Start launchers until a service answers: one that finds the lock taken ends, and so may the lock's holder."""
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        _launch(folders, runtime_folder(folders.data), "--data", str(folders.data))
        patience = time.monotonic() + _LISTEN_TIMEOUT_SECONDS
        while time.monotonic() < patience:
            if (session := open_running(folders)) is not None:
                return session
            time.sleep(_PAUSE_SECONDS)
    raise _did_not_start(folders)


def _did_not_start(folders: Folders) -> ServiceUnreachable:
    return ServiceUnreachable("Aspen's service did not start in time.", hint=f"See {folders.log}.")


def _launch(folders: Folders, runtime: Path, *options: str) -> None:
    """Start a launcher and wait until it says ready, busy (another one has the lock) or failed.

    Raises the error that it failed with.
    """
    told = _read_first_line(_spawn(folders, runtime, options))
    if isinstance(error := told.get("error"), dict):
        raise error_from_json(cast("dict[str, object]", error))
    if "state" not in told:
        raise ServiceUnreachable("Aspen's service could not start.", hint=f"See {folders.log}.")


def _spawn(folders: Folders, runtime: Path, options: tuple[str, ...]) -> int:
    """Start a launcher in a session of its own and return the pipe on which it will say one line.

    `posix_spawn` because nobody waits for it: it outlives this command.
    """
    log = _open_log(folders)
    reader, writer = os.pipe()
    try:
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-P", "-m", "aspen.launcher", "--runtime", str(runtime), *options],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
            setsid=True,
        )
    except OSError as error:
        os.close(reader)
        raise ServiceUnreachable(f"{sys.executable} cannot be started: {error.strerror}.") from error
    finally:
        os.close(log)
        os.close(writer)
    return reader


def _open_log(folders: Folders) -> int:
    try:
        folders.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        folders.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folders.log.exists() and folders.log.stat().st_size > _LARGEST_LOG_BYTES:
            folders.log.replace(folders.log.with_suffix(".log.1"))
        return os.open(folders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotWritable(
            f"Aspen cannot write to its folder {error.filename}: {error.strerror}.",
            hint="Make it writable, or set ASPEN_HOME to a folder that is.",
        ) from error


def _read_first_line(pipe: int) -> dict[str, object]:
    """What the launcher says of its start; empty when it says nothing."""
    with os.fdopen(pipe, "rb") as stream:
        ready, _, _ = select.select([stream], [], [], _START_TIMEOUT_SECONDS)
        line = stream.readline() if ready else b""
    try:
        return json.loads(line)
    except ValueError:
        return {}

"""Looks at processes through /proc, as an outsider of the same user can."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.02
_ENDED = {"Z", "X"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process as it was a moment ago. `session` is the id of the process that led it away from its terminal."""

    pid: int
    parent: int
    session: int
    command: tuple[str, ...]

    @property
    def module(self) -> str:
        """What follows `-m` on its command line."""
        told = self.command[:-1]  # `uname -m` names none
        return self.command[told.index("-m") + 1] if "-m" in told else ""


def processes() -> Iterator[Process]:
    """Yield every process that runs; one that has ended and waits for its parent does not."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (found := _read(folder)) is not None:
            yield found


def is_running(pid: int) -> bool:
    return _read(Path("/proc") / str(pid)) is not None


def status_of(pid: int) -> dict[str, str]:
    """Return the fields of /proc/PID/status (proc(5))."""
    lines = (Path("/proc") / str(pid) / "status").read_text("utf-8").splitlines()
    return {name: text.strip() for name, _, text in (line.partition(":") for line in lines)}


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def becomes(claim: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until a claim is true; False when it is not after `seconds`."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _read(folder: Path) -> Process | None:
    try:
        # The name in parentheses may hold anything; what follows the last one is numbers.
        state, parent, _group, session, *_ = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        command = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return None
    if state in _ENDED:
        return None
    return Process(pid=int(folder.name), parent=int(parent), session=int(session), command=tuple(command[:-1]))

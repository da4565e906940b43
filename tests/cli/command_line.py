"""Runs `aspen` as people do: as a process of its own, through pipes or on a terminal, in a home of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

TIMEOUT_SECONDS = 30.0
COMMAND = (sys.executable, "-m", "aspen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    code: int
    out: str
    err: str


def home_environment(home: Path) -> dict[str, str]:
    """Return an environment in which Aspen keeps everything under `home`."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    told = {"ASPEN_HOME": str(home / "aspen"), "XDG_RUNTIME_DIR": str(runtime), "TERM": "xterm", "PYTHONUTF8": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASPEN_")}
    return {**kept, **told}


def aspen(environment: Mapping[str, str], *arguments: str, piped: str | bytes = "") -> Outcome:
    """Run a command to its end through pipes."""
    given = piped.encode() if isinstance(piped, str) else piped
    command = [*COMMAND, *arguments]
    done = subprocess.run(
        command, check=False, env=environment, input=given, capture_output=True, timeout=TIMEOUT_SECONDS
    )
    return Outcome(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


class OnTerminal:
    """A command on a terminal of its own. Use as a context manager; leaving it ends the command."""

    def __init__(self, environment: Mapping[str, str], *arguments: str) -> None:
        self._end, terminal = pty.openpty()
        name = os.ttyname(terminal)
        # The first terminal that the leader of a new session opens is its controlling one, so Ctrl-C works.
        self.pid = os.posix_spawn(
            sys.executable,
            [*COMMAND, *arguments],
            dict(environment),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ],
            setsid=True,
        )
        os.close(terminal)
        self._seen = ""
        self._code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._end)

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def press_ctrl_c_until(self, words: str) -> str:
        """Press Ctrl-C, again each second, until `words` have appeared; return what came with them.

        Python's `input` overlooks a signal that comes between its prompt and its wait, until the next key: a person is
        too slow for that, a test is not.
        """
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while words not in self._seen and time.monotonic() < deadline:
            self.type("\x03")
            pressed = time.monotonic()
            while words not in self._seen and self._read(pressed + 1.0):
                pass
        return self.wait_for(words)

    def wait_for(self, words: str) -> str:
        """Read until `words` have appeared; return everything up to their end, and forget it."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while words not in self._seen:
            if not self._read(deadline):
                raise AssertionError(f"{words!r} did not appear after {self._seen!r}")
        before, found, self._seen = self._seen.partition(words)
        return before + found

    def leave(self) -> int:
        """Press Ctrl-D at the prompt of a conversation and return the exit code.

        Not before the prompt: what is pressed while the terminal changes its mode can get lost.
        """
        self.wait_for(">>> ")
        self.type("\x04")
        return self.finish()[0]

    def finish(self) -> tuple[int, str]:
        """Wait for the end of the command; return its exit code and what was left on the screen."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self._read(deadline):
            pass
        if time.monotonic() >= deadline:
            raise AssertionError(f"The command did not end after {self._seen!r}")
        _, status = os.waitpid(self.pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return self._code, self._seen

    def _read(self, deadline: float) -> bool:
        """Take in what is there, without the codes that readline sends for its own ends."""
        ready, _, _ = select.select([self._end], [], [], max(0.0, deadline - time.monotonic()))
        try:
            piece = os.read(self._end, 65536) if ready else b""
        except OSError:  # Linux says EIO when the last process has closed the terminal
            piece = b""
        self._seen += re.sub(r"\x1b\[\?2004[hl]", "", piece.decode(errors="replace")).replace("\r\n", "\n")
        return bool(piece)

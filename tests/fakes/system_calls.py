"""Runs a command under strace, with all that it starts, and reads what every process asked of the kernel."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CALLS = "socket,socketpair,connect,sendto,sendmsg,sendmmsg,bind,execve,execveat,io_uring_setup"
_LINE = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)(?: (?P<error>E\w+))?")
_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call that returned. `error` is empty when it did what it was asked."""

    pid: int
    name: str
    arguments: str
    error: str

    @property
    def succeeded(self) -> bool:
        return not self.error


def can_trace() -> bool:
    """Whether strace is here and may look into processes (some containers forbid it)."""
    strace = shutil.which("strace")
    return strace is not None and not subprocess.run([strace, "-qq", "-o", "/dev/null", "true"], check=False).returncode


def trace(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, list[Call]]:
    """Run the command and everything that it leaves behind to the end; return its exit code and all calls.

    One file for each process (-ff), so that no call is cut in two by another. No seccomp filter of strace's own: it
    would hide the calls that Aspen's filters refuse.
    """
    folder.mkdir()
    options = ["-ff", "-qq", "-e", f"trace={_CALLS}", "-o", str(folder / "calls")]
    done = subprocess.run(
        ["strace", *options, *command],
        check=False,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
    )
    return done.returncode, [call for file in sorted(folder.iterdir()) for call in _calls(file)]


def _calls(file: Path) -> Iterator[Call]:
    pid = int(file.suffix[1:])
    for line in file.read_text("utf-8", errors="replace").splitlines():
        if found := _LINE.match(line):
            yield Call(pid=pid, name=found["name"], arguments=found["arguments"], error=found["error"] or "")

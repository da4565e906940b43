"""Runs a command under strace, with all that it starts, and reads what every process asked of the kernel."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

_CALLS = (
    *("socket", "socketpair", "connect", "bind", "listen", "sendto", "sendmsg", "sendmmsg"),
    *("execve", "execveat", "clone", "clone3", "io_uring_setup", "pidfd_getfd"),
)
_LINE = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)(?: (?P<error>E\w+))?")
_ADDRESS = re.compile(r'sin6?_addr=(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"|inet_pton\(AF_INET6, "([^"]+)"')
_LEADS_OUT = ("AF_INET,", "AF_INET6,", "AF_PACKET,")
_UNDER_WAY = {"", "EINPROGRESS", "EINTR"}
_TIMEOUT_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call that returned, by the process and not by the thread. `error` is empty when it did as asked."""

    pid: int
    name: str
    arguments: str
    result: int
    error: str

    @property
    def succeeded(self) -> bool:
        return not self.error

    @property
    def opens_internet(self) -> bool:
        """Whether it wants a socket that leads out of the machine, or sees its packets."""
        return self.name == "socket" and self.arguments.startswith(_LEADS_OUT)

    @property
    def reaches(self) -> str:
        """The address that it reached, or has begun to; empty for anything else."""
        found = _ADDRESS.search(self.arguments)
        is_sending = self.name in {"connect", "sendto", "sendmsg", "sendmmsg"} and self.error in _UNDER_WAY
        return (found[1] or found[2]) if found and is_sending else ""


def can_trace() -> bool:
    """Whether strace is here and may look into processes (some containers forbid it)."""
    strace = shutil.which("strace")
    return strace is not None and not subprocess.run([strace, "-qq", "-o", "/dev/null", "true"], check=False).returncode


def trace(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> list[Call]:
    """Run the command and everything that it leaves behind to the end; return all calls.

    One file for each thread (-ff), so that no call is cut in two by another. No seccomp filter of strace's own: it
    would hide the calls that Aspen's filters refuse. Raises AssertionError when the command fails.
    """
    folder.mkdir()
    options = ["-ff", "-qq", "-s", "256", "-e", f"trace={','.join(_CALLS)}", "-o", str(folder / "calls")]
    done = subprocess.run(
        ["strace", *options, *command],
        check=False,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    calls = [call for file in sorted(folder.iterdir()) for call in _calls(file)]
    processes = {
        call.result: call.pid for call in calls if call.name in {"clone", "clone3"} and "CLONE_THREAD" in call.arguments
    }
    return [replace(call, pid=_process_of(call.pid, processes)) for call in calls]


def pids_of(calls: Sequence[Call], module: str) -> set[int]:
    """Return the processes that were started with `-m module`."""
    return {call.pid for call in calls if call.name == "execve" and f'"-m", "{module}"' in call.arguments}


def _process_of(thread: int, starters: Mapping[int, int]) -> int:
    """Go up from a thread to the first one, whose number is the process's; `starters` are by thread."""
    while thread in starters:
        thread = starters[thread]
    return thread


def _calls(file: Path) -> Iterator[Call]:
    pid = int(file.suffix[1:])
    for line in file.read_text("utf-8", errors="replace").splitlines():
        if found := _LINE.match(line):
            yield Call(
                pid=pid,
                name=found["name"],
                arguments=found["arguments"],
                result=int(found["result"]),
                error=found["error"] or "",
            )

"""Runs a command under strace and tells which process made each call about sockets, whichever of its threads it was.

`fakes.system_calls` knows threads only by their own numbers; a name look-up happens in a thread.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CALLS = "socket,connect,sendto,sendmsg,sendmmsg,bind,listen,execve,clone,clone3,io_uring_setup,pidfd_getfd"
_LINE = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)(?: (?P<error>E\w+))?")
_ADDRESS = re.compile(r'sin6?_addr=(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"|inet_pton\(AF_INET6, "([^"]+)"')
_UNDER_WAY = {"", "EINPROGRESS", "EINTR"}
_INTERNET = ("AF_INET,", "AF_INET6,", "AF_PACKET,", "AF_NETLINK,")
_TIMEOUT_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketCall:
    """One call that returned, by the process and not by the thread. `error` is empty when it did what it was asked."""

    pid: int
    name: str
    arguments: str
    result: int
    error: str

    @property
    def opens_internet(self) -> bool:
        return self.name == "socket" and self.arguments.startswith(_INTERNET[:3])

    @property
    def reaches(self) -> str:
        """The address that it reached, or has begun to; empty for anything else."""
        found = _ADDRESS.search(self.arguments)
        is_sending = self.name in {"connect", "sendto", "sendmsg", "sendmmsg"} and self.error in _UNDER_WAY
        return (found[1] or found[2]) if found and is_sending else ""


def traced(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> list[SocketCall]:
    """Run the command, with all that it leaves behind, to the end; return every call.

    Raises AssertionError when it fails.
    """
    folder.mkdir()
    options = ["-ff", "-qq", "-s", "256", "-e", f"trace={_CALLS}", "-o", str(folder / "calls")]
    done = subprocess.run(
        ["strace", *options, *command],
        check=False,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    calls = [call for file in sorted(folder.iterdir()) for call in _read(file)]
    threads = {
        call.result: call.pid for call in calls if call.name in {"clone", "clone3"} and "CLONE_THREAD" in call.arguments
    }
    return [_of_process(call, threads) for call in calls]


def pids_of(calls: Sequence[SocketCall], module: str) -> set[int]:
    """Return the processes that were started with `-m module`."""
    return {call.pid for call in calls if call.name == "execve" and f'"-m", "{module}"' in call.arguments}


def _of_process(call: SocketCall, threads: Mapping[int, int]) -> SocketCall:
    pid = call.pid
    while pid in threads:
        pid = threads[pid]
    return SocketCall(pid=pid, name=call.name, arguments=call.arguments, result=call.result, error=call.error)


def _read(file: Path) -> Iterator[SocketCall]:
    pid = int(file.suffix[1:])
    for line in file.read_text("utf-8", errors="replace").splitlines():
        if found := _LINE.match(line):
            yield SocketCall(
                pid=pid,
                name=found["name"],
                arguments=found["arguments"],
                result=int(found["result"]),
                error=found["error"] or "",
            )

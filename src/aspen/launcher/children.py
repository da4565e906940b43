"""How the launcher starts a program: one Python module, its pipes, and no descriptor beyond those."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.core.errors import EngineFailed

Line = dict[str, object]

_LONGEST_LINE_BYTES = 1 << 22
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A started program: JSON lines go in at `stdin`, JSON lines come out of `lines`."""

    process: asyncio.subprocess.Process
    stdin: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def tell(self, content: Mapping[str, object]) -> None:
        """Write one line. A child that is gone is noticed by whoever reads from it."""
        with suppress(BrokenPipeError):
            os.write(self.stdin, json.dumps(content).encode() + b"\n")

    async def lines(self) -> AsyncIterator[Line]:
        """Yield what the child says until it closes its standard output."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            try:
                told: object = json.loads(line)
            except ValueError:
                continue
            if isinstance(told, dict):
                yield cast("Line", told)

    def kill(self) -> None:
        """End the child at once."""
        kill(self.process)

    async def ended(self) -> int:
        """Wait for the end and return the exit status; negative for a signal."""
        status = await self.process.wait()
        with suppress(OSError):
            os.close(self.stdin)
        return status


def kill(process: asyncio.subprocess.Process) -> None:
    """End a process at once. By the plain call: `Process.kill` may reap it first, and its status would be lost."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def start_child(
    module: str, environment: Mapping[str, str], folder: Path, *arguments: str, inherited: tuple[int, ...] = ()
) -> Child:
    """Run `python -m module` in `folder` with a pipe at each standard stream, and what is to be inherited.

    `-P` keeps the working folder off the import path. A real pipe at standard input, since asyncio's own would be a
    socket, and an engine must hold none but its listener.
    """
    reader, writer = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(writer, _F_SETPIPE_SZ, _LONGEST_LINE_BYTES // 4)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            module,
            *arguments,
            stdin=reader,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=dict(environment),
            limit=_LONGEST_LINE_BYTES,
            pass_fds=inherited,
        )
    except OSError as error:
        os.close(writer)
        raise EngineFailed(f"A process could not be started: {error.strerror}.") from error
    finally:
        os.close(reader)
    return Child(process=process, stdin=writer)


async def copy_to_log(child: Child, name: str) -> bytes:
    """Copy what the child writes to standard error to the launcher's own, which is the log; return its last lines."""
    assert child.process.stderr is not None
    tail = b""
    while True:
        try:
            line = await child.process.stderr.readline()
        except ValueError:
            continue
        if not line:
            return tail
        tail = (tail + line)[-2000:]
        with suppress(OSError):  # a full disk costs the log; a pipe that nobody empties would stop the child
            sys.stderr.buffer.write(b"%s[%d] %s" % (name.encode(), child.pid, line))
            sys.stderr.buffer.flush()

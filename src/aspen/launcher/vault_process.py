"""Asks the system's keyring on behalf of the sealed core, which cannot. The answer goes past the launcher unread.

The child's standard output is a socket whose other end the core gets: the launcher holds no key, not even on its way.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile

from aspen.core.errors import Failed, NoKey
from aspen.launcher.children import kill

VAULT_MODULE = "aspen.vault.process"
_LONGEST_SECONDS = 60.0


async def open_vault_process(
    wanted: str, folder: str, longest_seconds: float = _LONGEST_SECONDS
) -> tuple[socket.socket, asyncio.Task[None]]:
    """Start a child that looks for a secret that belongs to `folder`; return the core's end of its answer, and its end.

    Raises Failed when it cannot be started. The end raises NoKey for a keyring that does not answer in time.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with theirs:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", VAULT_MODULE),
                stdin=asyncio.subprocess.PIPE,
                stdout=theirs.fileno(),
                cwd=tempfile.gettempdir(),
                env=dict(os.environ),
            )
        except OSError as error:
            ours.close()
            raise Failed(f"The vault's process could not be started: {error.strerror}.") from error
    assert process.stdin is not None
    process.stdin.write(json.dumps({"want": wanted, "folder": folder}).encode() + b"\n")
    process.stdin.close()
    return ours, asyncio.create_task(_bounded(process, longest_seconds))


async def _bounded(process: asyncio.subprocess.Process, longest_seconds: float) -> None:
    """A keyring may wait for a person to unlock it, but not for ever."""
    try:
        await asyncio.wait_for(process.wait(), longest_seconds)
    except TimeoutError:
        raise NoKey(
            f"The system's keyring has not answered within {longest_seconds:g} seconds.",
            hint="Unlock it, then ask again.",
        ) from None
    finally:
        kill(process)
        await process.wait()

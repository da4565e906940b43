"""The window's own socket: by it the next command asks for one more page, or what there is to see of the window.

Same frames as the command channel, and the same user only.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import aspen
from aspen.channel.address import short_path
from aspen.channel.framing import Hello, from_frame, hello_frame, to_frame
from aspen.channel.peer import is_same_user
from aspen.core.errors import AspenError, Misused, error_to_json

Verb = Callable[[], Awaitable[dict[str, object]]]

_LONGEST_LINE_BYTES = 1 << 16


class Control:
    """Answers the verbs of a table; none of them takes arguments."""

    def __init__(self, verbs: Mapping[str, Verb], path: Path) -> None:
        self._verbs = verbs
        self._path = path
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Take the place of the socket of a window that is gone: whoever calls this holds the window's lock.

        The folder is the user's alone, and the umask makes the socket so too.
        """
        self._remove()
        with short_path(self._path) as name:
            self._server = await asyncio.start_unix_server(self._serve, name, limit=_LONGEST_LINE_BYTES)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._remove()

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ValueError, asyncio.CancelledError):
            if is_same_user(writer.get_extra_info("socket")):
                writer.write(hello_frame(Hello(version=aspen.__version__, pid=os.getpid())))
                if line := await reader.readline():
                    writer.write(to_frame(await self._answer(line)))
                await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            verb = from_frame(line).get("verb")
            if not isinstance(verb, str) or verb not in self._verbs:
                raise Misused(f"The window knows {', '.join(self._verbs)}.")
            return {"result": await self._verbs[verb]()}
        except AspenError as error:
            return {"error": error_to_json(error)}

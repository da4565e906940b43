"""Where persons reach the gate: a Unix socket that the sealed core cannot connect to, one command a connection.

Lines of JSON in the form of the command channel: a greeting, one command in, frames out, a result or an error at the
end. Only processes of the same user are heard, by the kernel's word (SO_PEERCRED, unix(7)).
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
import traceback
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import cast

import aspen
from aspen.core.errors import AspenError, Failed, Misused, error_to_json

Json = Mapping[str, object]
Frames = AsyncGenerator[dict[str, object]]
RunVerb = Callable[[str, Json], Frames]

LARGEST_LINE_BYTES = 8 << 20
_PROTOCOL = 1


class PersonSocket:
    """Serves persons with `run`, which yields the frames of a verb's answer and raises AspenError."""

    def __init__(self, run: RunVerb) -> None:
        self._run = run
        self._conversations: set[asyncio.Task[None]] = set()

    async def listen(self, listener: socket.socket) -> asyncio.Server:
        """Begin to accept; a listener that came from somebody else stays theirs."""
        return await asyncio.start_unix_server(self._serve, sock=listener, limit=LARGEST_LINE_BYTES)

    async def close(self) -> None:
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._conversations.add(task)
        try:
            if peer_uid(writer) == os.getuid():
                await _Conversation(reader, writer, self._run).hold()
        except (ConnectionError, asyncio.CancelledError):
            pass  # cancelled only when the gate ends; Python 3.11 would log that as a defect
        finally:
            self._conversations.discard(task)
            writer.close()


class _Conversation:
    """One person, one command. A person who goes away cancels what is under way."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, run: RunVerb) -> None:
        self._reader = reader
        self._writer = writer
        self._run = run

    async def hold(self) -> None:
        greeting = {"version": aspen.__version__, "pid": os.getpid(), "protocol": _PROTOCOL}
        await self._say({"hello": greeting})
        try:
            line = await self._reader.readline()
        except ValueError:
            await self._refuse(Misused(f"A command is at most {LARGEST_LINE_BYTES:,} bytes long."))
            return
        if not line:
            return
        answering = asyncio.create_task(self._answer(line))
        gone = asyncio.create_task(self._reader.read())
        await asyncio.wait([answering, gone], return_when=asyncio.FIRST_COMPLETED)
        for task in (answering, gone):
            task.cancel()
        outcome, _ = await asyncio.gather(answering, gone, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
            log_defect(outcome)
            await self._refuse(Failed("Something went wrong inside the gate.", hint="The log has the details."))

    async def _answer(self, line: bytes) -> None:
        try:
            verb, arguments = _command(line)
            async with aclosing(self._run(verb, arguments)) as frames:
                async for frame in frames:
                    await self._say(frame)
        except AspenError as error:
            await self._refuse(error)

    async def _refuse(self, error: AspenError) -> None:
        await self._say({"error": error_to_json(error)})

    async def _say(self, frame: Json) -> None:
        content = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self._writer.write(content + b"\n")
        await self._writer.drain()


def log_defect(error: BaseException) -> None:
    """Write where it happened, and no value: values could be keys, or what somebody said."""
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    print(f"gate: {type(error).__name__}\n{frames}", file=sys.stderr, flush=True)


def peer_uid(writer: asyncio.StreamWriter) -> int:
    connection = cast("socket.socket", writer.get_extra_info("socket"))
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return uid


def _command(line: bytes) -> tuple[str, Json]:
    try:
        told: object = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        frame = cast("Json", told)
        verb, arguments = frame.get("verb"), frame.get("arguments", {})
        if isinstance(verb, str) and isinstance(arguments, dict):
            return verb, cast("Json", arguments)
    raise Misused("A command is one JSON object on one line, with a verb and its arguments.")

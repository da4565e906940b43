"""One client at a time: greet, read its command, stream what the command gives, stop when the client goes away."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Protocol, cast

import aspen
from aspen.channel.framing import LARGEST_FRAME_BYTES, Frame, Hello, from_frame, hello_frame, to_frame
from aspen.channel.peer import is_same_user
from aspen.core.errors import AspenError, Failed, Misused, ServiceUnreachable, error_to_json

Json = Mapping[str, object]


class Commands(Protocol):
    def run(self, verb: str, arguments: Json) -> AsyncGenerator[Frame]:
        """Yield the frames of a command's answer; the last one holds `result`. Raises AspenError."""
        ...


class Connections:
    """Accepts clients of the same user and counts them. Reads nothing before `sealed` is set."""

    def __init__(self, commands: Commands, sealed: asyncio.Event) -> None:
        self._commands = commands
        self._sealed = sealed
        self._open = 0
        self.had_any = False
        self.changed = asyncio.Event()

    @property
    def open_count(self) -> int:
        return self._open

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection from greeting to end."""
        self._open += 1
        self.had_any = True
        self.changed.set()
        try:
            if is_same_user(writer.get_extra_info("socket")):
                await self._converse(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            # Cancelled only when the service ends; Python 3.11 would log that as a defect.
            pass
        finally:
            self._open -= 1
            self.changed.set()
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._sealed.wait()
        writer.write(hello_frame(Hello(version=aspen.__version__, pid=os.getpid())))
        try:
            line = await reader.readline()
        except ValueError:
            await _refuse(writer, Misused(f"A command is at most {LARGEST_FRAME_BYTES:,} bytes long."))
            return
        if not line:
            return
        answering = asyncio.create_task(self._answer(line, writer))
        gone = asyncio.create_task(reader.read())
        await asyncio.wait([answering, gone], return_when=asyncio.FIRST_COMPLETED)
        for task in (answering, gone):
            task.cancel()
        outcome, _ = await asyncio.gather(answering, gone, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
            # The one place where a defect of ours becomes an answer.
            log_defect(outcome)
            await _refuse(writer, Failed("Something went wrong inside Aspen.", hint="The log has the details."))

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            verb, arguments = _command(line)
            async with aclosing(self._commands.run(verb, arguments)) as frames:
                async for frame in frames:
                    writer.write(to_frame(frame))
                    await writer.drain()
        except AspenError as error:
            await _refuse(writer, error)


async def _refuse(writer: asyncio.StreamWriter, error: AspenError) -> None:
    writer.write(to_frame({"error": error_to_json(error)}))
    await writer.drain()


def _command(line: bytes) -> tuple[str, Json]:
    try:
        frame = from_frame(line)
    except ServiceUnreachable:
        raise Misused("A command is one JSON object on one line.") from None
    verb, arguments = frame.get("verb"), frame.get("arguments", {})
    if not isinstance(verb, str) or not isinstance(arguments, dict):
        raise Misused("A command needs a verb and its arguments.")
    return verb, cast("Json", arguments)


def log_defect(error: Exception) -> None:
    """Write where it happened, and no value: values could be what somebody said."""
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    print(f"aspen: {type(error).__name__}\n{frames}", file=sys.stderr, flush=True)

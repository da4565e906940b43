"""The other end of a reader's socket, without a process: answers what the test says, or does not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from aspen.readers.framing import HEADER_BYTES, Json, from_frame, length_of, to_frame
from fakes.scripted_host import ScriptedHost

Answer = Callable[[Json], bytes | None]
"""Returns the bytes that come back, or None for a reader that ends in the middle."""


def nothing_found(_question: Json) -> bytes:
    return to_frame({"found": []})


@dataclass(slots=True, kw_only=True)
class ScriptedReader:
    """`questions` is what it was asked; `starts` counts how often it was started. `host` hands it out."""

    answer: Answer = nothing_found
    starts: int = 0
    questions: list[Json] = field(default_factory=list[Json])
    tasks: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    def host(self) -> ScriptedHost:
        return ScriptedHost(reading=self.start)

    async def start(self) -> socket.socket:
        self.starts += 1
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        streams = await asyncio.open_unix_connection(sock=theirs)
        task = asyncio.create_task(self._serve(*streams))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return ours

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while header := await reader.read(HEADER_BYTES):
                question = from_frame(await reader.readexactly(length_of(header)))
                self.questions.append(question)
                answer = self.answer(question)
                if answer is None:
                    return
                writer.write(answer)
        except ConnectionResetError:
            pass
        finally:
            writer.close()

"""Has the jailed reader read a document, for a thread that waits for it."""

from __future__ import annotations

import asyncio
import base64
import threading
from concurrent.futures import CancelledError, Future
from typing import Final

from aspen.core.errors import AspenError, EngineStopped
from aspen.documents.document import Document
from aspen.documents.parsing.document_wire import document_from_answer
from aspen.readers.reader_client import ReaderClient

_MOST_SECONDS: Final = 75.0
"""A little more than a parser gives itself."""


class DocumentReading:
    """Bridges one thread to the reader, which lives on the event loop that this is made on."""

    def __init__(self, reader: ReaderClient) -> None:
        self._reader = reader
        self._loop = asyncio.get_running_loop()
        self._is_over = threading.Event()
        self._asked: Future[Document] | None = None
        self.done = self.total = 0

    def parse(self, name: str, content: bytes) -> Document:
        """Read one document. For the thread. Raises AspenError, a retryable one when the reader does not start."""
        self._check()
        encoded = base64.b64encode(content).decode("ascii")
        self._asked = asyncio.run_coroutine_threadsafe(read_document(self._reader, name, encoded), self._loop)
        return self._asked.result()

    def count(self, done: int, total: int) -> None:
        """Note how far the thread has come."""
        self._check()
        self.done, self.total = done, total

    def stop(self) -> None:
        """Have the thread end soon: nobody waits for it any more."""
        self._is_over.set()
        if self._asked is not None:
            self._asked.cancel()

    def _check(self) -> None:
        """What ends the thread is no error of a file's, so that no index takes it for one."""
        if self._is_over.is_set():
            raise CancelledError


async def read_document(reader: ReaderClient, name: str, encoded: str) -> Document:
    """Ask the reader for one document, whose content is base64. Raises as `DocumentReading.parse`."""
    try:
        await reader.start()
    except (AspenError, OSError, TimeoutError) as error:
        why = error.sentence if isinstance(error, AspenError) else f"{type(error).__name__}."
        raise EngineStopped(
            f"{name} was not read: the reader for documents does not start. {why}", hint="`aspen doctor` may say why."
        ) from error
    return document_from_answer(await reader.ask({"name": name, "content": encoded}, _MOST_SECONDS), name)

"""Before an assistant answers: are its weights still those that it was made with? And hashing, with progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from aspen.channel.framing import Frame
from aspen.library.assistant import check_pin
from aspen.library.assistants import save_assistant
from aspen.library.weights_hash import hash_weights_once
from aspen.library.weights_pin import HashFiles
from aspen.workspace import Chosen, Workspace

_PROGRESS_PAUSE_SECONDS = 0.2


async def check_weights_of(workspace: Workspace, chosen: Chosen) -> AsyncGenerator[Frame]:
    """Check the pin of an assistant, hashing only if the file looks different; nothing to do for a plain model.

    Raises WeightsChanged when the file holds other weights.
    """
    assistant = chosen.assistant
    if assistant is None:
        return
    hashing = Hashing(workspace, chosen.file.name)
    checking = asyncio.create_task(asyncio.to_thread(check_pin, assistant, chosen.file, hashing.hash_files))
    async for frame in hashing.progress_of(checking):
        yield frame
    refreshed = await checking
    if refreshed != assistant:
        save_assistant(workspace.folders.assistants, refreshed, replacing=True)


class Hashing:
    """Hashes in a worker thread while the event loop reports how far it is."""

    def __init__(self, workspace: Workspace, what: str) -> None:
        self._cache_file = workspace.folders.cache / "hashes.json"
        self._what = what
        self._done = 0
        self._total = 0
        self.hash_files: HashFiles = self._hash

    async def progress_of(self, work: asyncio.Task[object]) -> AsyncGenerator[Frame]:
        """Yield progress frames until `work`, which calls `hash_files`, is done."""
        while not work.done():
            await asyncio.wait([work], timeout=_PROGRESS_PAUSE_SECONDS)
            if self._total and not work.done():
                yield {
                    "event": "progress",
                    "stage": "hash",
                    "done": self._done,
                    "total": self._total,
                    "what": self._what,
                }

    def _hash(self, paths: Sequence[Path]) -> str:
        return hash_weights_once(paths, self._cache_file, self._note)

    def _note(self, done: int, total: int) -> None:
        self._done, self._total = done, total

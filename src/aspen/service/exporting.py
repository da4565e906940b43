"""`export_conversations`: conversations as a document, piece by piece. The core writes no file of a person's.

Whoever writes the file gets its pieces here; the label of its path is said before the last of them is given out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import UNSET, Label
from aspen.service.argument_reading import read_text
from aspen.service.export_format import label_of_whole, make_export_key, read_whole, signed_document, whole_to_json
from aspen.service.export_markdown import markdown
from aspen.service.exported_paths import DRAFT_LABEL, declarations_of_export
from aspen.service.labels import absolute_path, path_json
from aspen.service.waiting import look_again
from aspen.store.arrivals import WholeConversation
from aspen.store.path_facts import declarations_of
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SCHEMA: Final = 1
_MOST_CONVERSATIONS: Final = 1_000_000


class Form(StrEnum):
    """What a document is for: JSON comes back with `import`, Markdown is read."""

    JSON = "json"
    MARKDOWN = "markdown"


@dataclass(slots=True, kw_only=True)
class GivenOut:
    """What a document holds so far: how much, and the join of its labels."""

    conversations: int = 0
    turns: int = 0
    label: Label | None = None

    def add(self, whole: WholeConversation) -> WholeConversation:
        """Count a conversation in before any word of it is given out, and return it."""
        label = label_of_whole(whole)
        self.label = label if self.label is None else self.label.join(label)
        self.conversations += 1
        self.turns += len(whole.turns)
        return whole


async def export_conversations(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Yield the pieces of a document: of the conversation that `words` mean, or of all where they are null.

    `form` is json or markdown. `draft` is the empty file that is being written, `path` where it is moved to once this
    has ended; what is said of it is then to be taken back with `forget_label`. Raises NotFound and Misused.
    """
    store, form = await workspace.store(), _form(arguments)
    path, draft = absolute_path(arguments, may_be_gone=True), absolute_path(arguments, "draft")
    ids = _chosen(store, arguments)
    document = _document(form, store, workspace.clock.now())
    store.path_labels.declare(*declarations_of(draft, DRAFT_LABEL))
    given = GivenOut()
    async with aclosing(pieces_of(store, ids, document, given)) as pieces:
        async for piece in pieces:
            yield {"event": "piece", "text": piece}
    label, declared = given.label or UNSET, store.declared_paths()
    said = await asyncio.to_thread(declarations_of_export, path, draft, label, declared, workspace.home)
    store.path_labels.declare(*said)
    await look_again(workspace)
    counted: Frame = {"conversations": given.conversations, "turns": given.turns, "is_encrypted": store.is_encrypted}
    yield {"result": {"schema": _SCHEMA, **counted, **path_json(path, said[0].label, workspace.home)}}


async def export_text(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give back one conversation as a document, for a page whose browser saves it: by its id, as json or markdown.

    Where it ends up is not known here, so nothing is said of that path: as with words that a person copies. Of JSON the
    signature still tells what the words were when they come back. Raises NotFound and Misused.
    """
    store, form = await workspace.store(), _form(arguments)
    card = store.conversations.card(read_text(arguments, "conversation"))
    document, pieces = _document(form, store, workspace.clock.now()), list[str]()
    async with aclosing(pieces_of(store, (card.conversation_id,), document, GivenOut())) as given:
        async for piece in given:
            pieces.append(piece)
    yield {"result": {"schema": _SCHEMA, "title": card.title, "text": "".join(pieces)}}


Document = Callable[[Iterator[WholeConversation]], Iterator[str]]


async def pieces_of(store: Store, ids: Sequence[str], document: Document, given: GivenOut) -> AsyncGenerator[str]:
    """Yield a document of these conversations, read and written by a thread and a connection of its own.

    Holds one conversation at a time; one that is deleted for good meanwhile raises NotFound.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="export") as thread:
        run = partial(asyncio.get_running_loop().run_in_executor, thread)
        reader = await run(store.open_reader)
        try:
            pieces = document(given.add(read_whole(reader, conversation_id)) for conversation_id in ids)
            while piece := await run(lambda: next(pieces, "")):
                yield piece
        finally:
            await run(reader.close)


def _document(form: Form, store: Store, now: datetime) -> Document:
    if form is Form.MARKDOWN:
        return lambda wholes: (piece for whole in wholes for piece in markdown(whole, now))
    key = make_export_key(store)
    return lambda wholes: signed_document((whole_to_json(whole) for whole in wholes), key, now)


def _form(arguments: Json) -> Form:
    try:
        return Form(str(arguments.get("form")))
    except ValueError:
        raise Misused(f"`form` must be {' or '.join(Form)}.") from None


def _chosen(store: Store, arguments: Json) -> tuple[str, ...]:
    words = arguments.get("words")
    if isinstance(words, str):
        return (store.conversations.resolve(words).conversation_id,)
    if words is not None:
        raise Misused("`words` must be a text, or null for all conversations.")
    if ids := tuple(card.conversation_id for card in store.conversations.newest(_MOST_CONVERSATIONS)):
        return ids
    raise NotFound("There is no conversation to export yet.")

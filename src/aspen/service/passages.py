"""Opens a passage that an answer cites: its words as they were read, and what stands around them where that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.message import File
from aspen.service.argument_reading import read_text
from aspen.service.attached_files import PICTURE, document_of
from aspen.service.attachments import NUMBERED
from aspen.service.conversations import as_result
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]

_AROUND_LETTERS: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedFile:
    """A numbered passage among the parts of a question. `words` say where it stands, `text` is what was read."""

    number: int
    name: str
    words: str
    text: str


def numbered_file(file: File) -> NumberedFile | None:
    """Read a part as a numbered passage; None for a file that went along whole, as it is."""
    found = NUMBERED.match(file.text)
    if found is None:
        return None
    place = found[2]
    words = f"{file.name}, {place}" if place.startswith("p") else f"{file.name}:{place.removeprefix('lines ')}"
    return NumberedFile(number=int(found[1]), name=file.name, words=words, text=file.text[found.end() :])


async def passage(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give back the passage with this `number` that went along with a `turn` of a `conversation`.

    `before` and `after` stand around it in its file; both are empty where only the passage was kept. Raises NotFound.
    """
    store = await workspace.store()
    card = store.conversations.card(read_text(arguments, "conversation"))
    number, turn_id = arguments.get("number"), read_text(arguments, "turn")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Misused("`number` must be a whole number.")
    page = store.branches.page_to(card.conversation_id, turn_id, count=1)
    parts = page.turns[-1].kept.turn.message.parts
    numbered = [each for part in parts if isinstance(part, File) and (each := numbered_file(part))]
    found = next((each for each in numbered if each.number == number), None)
    if found is None:
        raise NotFound(f"No passage has the number {number} there.")
    before, after = await _around(store, turn_id, found)
    told = {"number": number, "name": found.name, "words": found.words, "text": found.text}
    yield as_result(store, {**told, "before": before, "after": after})


async def _around(store: Store, turn_id: str, found: NumberedFile) -> tuple[str, str]:
    """Only of what was kept whole, and only where it is plain which place is meant."""
    kept = [
        each
        for each in store.attached_files.of_turns([turn_id]).get(turn_id, ())
        if each.path is None and each.kind != PICTURE
    ]
    file = next((each for each in kept if each.name == PurePosixPath(found.name).name), None)
    if file is None:
        return "", ""
    content = store.attached_files.content(file.file_id)
    document = await asyncio.to_thread(document_of, content, file.name)
    text = found.text.split("\n", 1)[-1] if found.text not in document.text else found.text  # without a table's head
    at = document.text.find(text)
    if at < 0 or document.text.find(text, at + 1) >= 0:
        return "", ""
    end = at + len(text)
    return document.text[max(0, at - _AROUND_LETTERS) : at], document.text[end : end + _AROUND_LETTERS]

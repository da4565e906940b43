"""Says before anything is asked what would happen to attached files: who would read them, and what goes whole.

Decides nothing, sends nothing, loads nothing, and fetches no model. The estimates are those that `ask` goes by.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.model_card import ModelCard, Skill
from aspen.core.request import AUTO
from aspen.documents.choosing import TOKENS_OF_A_MARK, fitting_whole
from aspen.routing.naming import CLOUD, LOCAL
from aspen.service.ask_arguments import AskArguments, read_ask
from aspen.service.asking import wants_here
from aspen.service.attached_files import FOLDER, PICTURE, reference_of
from aspen.service.conversations import as_result
from aspen.service.document_room import Room, room_for_documents
from aspen.service.elsewhere import Elsewhere, look_elsewhere
from aspen.service.here import Here, find_here
from aspen.service.resuming import enter_conversation, with_assistant
from aspen.service.taking_along import taken_along
from aspen.store.attached_files import AttachedFile
from aspen.store.store import Store
from aspen.workspace import Workspace, can_answer

Json = Mapping[str, object]

_MOST_NAMED: Final = 3
_FIELDS: Final = ("model", "files", "conversation", "parent", "options")


async def look_ahead(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Look who would answer `text` with these `files`, as `ask` takes them.

    `in_passages` are the files of which only passages will be read, `sighted` models that can see pictures.
    """
    said = [{"role": "user", "content": str(arguments.get("text") or "?")}]
    asked = read_ask({"messages": said, **{name: arguments[name] for name in _FIELDS if name in arguments}})
    store = await workspace.store()
    asked = await taken_along(asked, store)
    elsewhere = await look_elsewhere(workspace, asked.model or AUTO)
    here = await _here(workspace, asked, elsewhere)
    cards = _cards(asked, elsewhere, here)
    entered = enter_conversation(asked, store, workspace.home)
    told = entered if here is None else with_assistant(here, entered)
    limits = asked.limits if here is None else here.limits
    room = room_for_documents(told.asked, told.around.history, limits, cards)
    yield as_result(
        store,
        {
            "model": cards[0].name if len(cards) == 1 else None,
            "sees_pictures": any(_sees(card) for card in cards),
            "sighted": await _sighted(workspace, elsewhere),
            "room_tokens": room.tokens,
            "is_full": room.is_full,
            "in_passages": _in_passages(asked, store, room),
        },
    )


async def _here(workspace: Workspace, asked: AskArguments, elsewhere: Elsewhere) -> Here | None:
    name = None if asked.model in (AUTO, LOCAL) else asked.model
    if not wants_here(workspace, asked.model, elsewhere) or workspace.choose(name) is None:
        return None
    found: list[Here] = []
    async for _ in find_here(workspace, asked, name, found):
        pass
    return found[0]


def _cards(asked: AskArguments, elsewhere: Elsewhere, here: Here | None) -> list[ModelCard]:
    """The model on this machine goes first, as it does when it is asked."""
    if here is not None:
        return [here.prepared.card]
    return elsewhere.cards(CLOUD if asked.model in (None, AUTO) else asked.model)


def _sees(card: ModelCard) -> bool:
    return Skill.VISION in card.skills


async def _sighted(workspace: Workspace, elsewhere: Elsewhere) -> list[str]:
    inventory = await asyncio.to_thread(workspace.inventory)
    local = [model.name for model in inventory.models if model.projector and can_answer(model.path)]
    others = [card.name for card in elsewhere.cards(CLOUD) if _sees(card)]
    return [*local, *others][:_MOST_NAMED]


def _in_passages(asked: AskArguments, store: Store, room: Room) -> list[str]:
    files = [store.attached_files.file(file_id) for file_id in asked.attached]
    folders = [file for file in files if file.kind == FOLDER]
    readable = [file for file in files if file.kind not in (FOLDER, PICTURE)]
    tokens = [_tokens(file) for file in readable]
    if not folders and not room.is_full and sum(tokens) <= room.tokens:
        return []
    whole = fitting_whole(tokens, room.tokens)
    return [reference_of(file) for number, file in enumerate(readable) if number not in whole]


def _tokens(file: AttachedFile) -> int:
    told = file.facts.get("tokens")
    return (told if isinstance(told, int) else 0) + TOKENS_OF_A_MARK

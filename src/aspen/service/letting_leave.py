"""A person lets leave what was said before in a conversation, as far as nobody has said that it stays.

What somebody has labelled, what a detector found and what is kept here keep their labels: only silence is answered.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from aspen.channel.framing import Frame
from aspen.core.label import Label, LabelSource
from aspen.core.message import Role, Text
from aspen.service.argument_reading import read_text
from aspen.service.labels import word_of
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def let_leave(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Let the turns of a `conversation` up to `turn` leave that nobody has labelled. Raises NotFound.

    Files that went along with a question had a label of their own, and none of them was a person's word: such a
    question stays as it is, with all that follows from it.
    """
    store = await workspace.store()
    card = store.conversations.card(read_text(arguments, "conversation"))
    changed: list[Frame] = []
    for kept in store.turns.path(card.conversation_id, read_text(arguments, "turn")):
        message = kept.turn.message
        if message.label.source is not LabelSource.UNSET:
            continue
        if message.role is Role.USER and not all(isinstance(part, Text) for part in message.parts):
            break
        label = Label(
            sensitivity=message.label.floor, source=LabelSource.DECLARED, reasons=("You let this chat leave",)
        )
        store.turns.declare_label(kept.turn.turn_id, label)
        changed.append({"turn": kept.turn.turn_id, "word": word_of(label)})
    yield {"result": {"schema": 1, "conversation": card.conversation_id, "changed": changed}}

"""What a person keeps here of what was said: a whole message, or a passage of it. Models elsewhere are not shown it.

A message of which something is kept stays here as a whole, whoever else reads it; to a model elsewhere goes the rest,
under the label that the message had. A question that is kept takes the answers to it along, since they tell of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import Label, LabelSource, Sensitivity, label_from_json, label_to_json
from aspen.core.message import File, Message, Part, Role, Text
from aspen.service.argument_reading import read_text, text_or_none
from aspen.service.waiting import void_previews
from aspen.store.conversations import ConversationCard
from aspen.store.turns import KeptTurn
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SETTING = "kept_here"
_MOST_PASSAGES = 200
_GAP = "[…]"
"""What stands in the place of a passage that was left out, so that nobody takes the rest for all of it."""

_STAYS = Label(
    sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("you keep some of this message here",)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of one turn. Without `passages` the whole of it is kept; `label` is what it was before, and is of the rest."""

    label: Label
    passages: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.passages


async def keep_here(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Keep a `turn` of a `conversation` here, or of it the `passage`; with `undo` let it go along again.

    What waits for a person's yes in this conversation is void with it. Raises NotFound and Misused.
    """
    store = await workspace.store()
    card = store.conversations.card(read_text(arguments, "conversation"))
    turn_id, passage = read_text(arguments, "turn"), text_or_none(arguments, "passage")
    message = _message(store.turns.path(card.conversation_id, turn_id), turn_id)
    known = kept_here(card)
    before = known.get(turn_id)
    after = _without(before, passage) if arguments.get("undo") is True else _with(before, passage, message)
    others = {name: kept for name, kept in known.items() if name != turn_id}
    changed = others if after is None else {**others, turn_id: after}
    was = message.label if before is None else before.label
    store.turns.declare_label(turn_id, was if after is None else _STAYS)
    settings = {name: value for name, value in card.settings.items() if name != _SETTING}
    store.conversations.set_settings(card.conversation_id, {**settings, **_to_json(changed)})
    await void_previews(workspace, card.conversation_id)
    yield {
        "result": {"schema": 1, "conversation": card.conversation_id, "turn": turn_id, "kept_here": kept_json(after)}
    }


def kept_here(card: ConversationCard) -> Mapping[str, Kept]:
    """Read what is kept here of a conversation, by turn."""
    told = card.settings.get(_SETTING)
    if not isinstance(told, dict):
        return {}
    return {turn_id: _kept(cast("Json", each)) for turn_id, each in cast("dict[str, object]", told).items()}


def settings_with_rest(card: ConversationCard, turn_id: str, label: Label) -> dict[str, object] | None:
    """Return settings in which the rest of a turn has this label; None where nothing of it is kept."""
    known = kept_here(card)
    if turn_id not in known:
        return None
    settings = {name: value for name, value in card.settings.items() if name != _SETTING}
    return {**settings, **_to_json({**known, turn_id: replace(known[turn_id], label=label)})}


def kept_json(kept: Kept | None) -> Frame | None:
    """Return what is kept of a turn as clients see it; None where nothing is."""
    return None if kept is None else {"is_whole": kept.is_whole, "passages": list(kept.passages)}


def what_may_go(path: Sequence[KeptTurn], kept: Mapping[str, Kept]) -> tuple[Message, ...]:
    """Return the messages of a path without what is kept here, for a model elsewhere."""
    going: list[Message] = []
    is_dropping = False
    for each in path:
        message, held = each.turn.message, kept.get(each.turn.turn_id)
        if message.role is Role.USER:
            is_dropping = held is not None and held.is_whole
        if is_dropping or (held is not None and held.is_whole):
            continue
        going.append(message if held is None else the_rest(message, held))
    return tuple(going)


def the_rest(message: Message, kept: Kept) -> Message:
    """Return a message without the passages that are kept, under the label that it had."""
    return replace(message, parts=tuple(_part(part, kept.passages) for part in message.parts), label=kept.label)


def _part(part: Part, passages: Iterable[str]) -> Part:
    if not isinstance(part, Text | File):
        return part
    text = part.text
    for passage in sorted(passages, key=len, reverse=True):
        text = text.replace(passage, _GAP)
    return replace(part, text=text)


def _with(before: Kept | None, passage: str | None, message: Message) -> Kept:
    label = message.label if before is None else before.label
    if passage is None:
        return Kept(label=label)
    if not any(passage in part.text for part in message.parts if isinstance(part, Text | File)) or not passage.strip():
        raise Misused("These words do not stand in that message.")
    passages = dict.fromkeys((*(() if before is None else before.passages), passage))
    if len(passages) > _MOST_PASSAGES:
        raise Misused(f"At most {_MOST_PASSAGES} passages of a message can be kept.", hint="Keep the message.")
    return Kept(label=label, passages=tuple(passages))


def _without(before: Kept | None, passage: str | None) -> Kept | None:
    if before is None or passage is None:
        return None
    left = tuple(each for each in before.passages if each != passage)
    return replace(before, passages=left) if left else None


def _message(path: Sequence[KeptTurn], turn_id: str) -> Message:
    if not path:
        raise NotFound(f"There is no turn {turn_id} in this conversation.")
    return path[-1].turn.message


def _kept(told: Json) -> Kept:
    passages = told.get("passages")
    listed = cast("list[object]", passages) if isinstance(passages, list) else []
    return Kept(label=label_from_json(told.get("label")), passages=tuple(str(each) for each in listed))


def _to_json(kept: Mapping[str, Kept]) -> dict[str, object]:
    if not kept:
        return {}
    told = {
        turn_id: {"label": label_to_json(each.label), "passages": list(each.passages)} for turn_id, each in kept.items()
    }
    return {_SETTING: told}

"""Where a question stands in its conversation: what was said before it, and where it goes on. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from uuid import uuid4

from aspen.core.decision import Route
from aspen.core.errors import Misused, NotFound, StaysHere
from aspen.core.label import Label, LabelSource, join_all, label_from_json, label_to_json
from aspen.core.message import Message, Role, Text
from aspen.service.ask_arguments import AskArguments
from aspen.service.gathering import Gathered, Surroundings, surroundings_of
from aspen.service.here import Here
from aspen.service.keeping_here import kept_here, what_may_go
from aspen.store.conversations import ConversationCard
from aspen.store.store import Store
from aspen.store.turns import ChildTurn, KeptTurn

Json = Mapping[str, object]

NEW = "new"
"""What a client says for a conversation that begins with this question."""

_SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The system prompt of a conversation, with the label under which it was written, and whether it was ever used."""

    text: str
    label: Label
    was_answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A question in its place. `instructions` are those that the client repeats, as they were remembered.

    `replaced` are the labels of the questions that it takes the place of: an edit, or the same once more.
    """

    asked: AskArguments
    around: Surroundings
    instructions: Instructions | None = None
    replaced: tuple[Label, ...] = ()


def enter_conversation(asked: AskArguments, store: Store, home: Path, *, leaves: bool = False) -> Entered:
    """Find the place of a question. A conversation that is to begin gets its id here, and its row once it is asked.

    `leaves` says that a model elsewhere was named, which is not shown what a person keeps here. Raises NotFound for a
    conversation or a turn that is not there, StaysHere for a question that is kept as a whole.
    """
    if asked.conversation_id is None:
        return Entered(asked=asked, around=surroundings_of(asked, store, home))
    if asked.conversation_id == NEW:
        around = surroundings_of(replace(asked, conversation_id=None), store, home)
        return Entered(asked=replace(asked, conversation_id=uuid4().hex, parent_id=""), around=around)
    card = store.conversations.card(asked.conversation_id)
    if card.deleted_at is not None:
        raise NotFound(f"The conversation {card.title} was deleted.", hint="`aspen chat --restore` brings it back.")
    if asked.again_id is not None:
        return _once_more(asked, store, home, card, leaves=leaves)
    if asked.parent_id is None:
        answered, _ = split_unanswered(store.turns.path(card.conversation_id))
        asked = replace(asked, parent_id=answered[-1].turn.turn_id if answered else "")
    around = _surroundings(asked, store, home, card, leaves=leaves)
    replaced = _labels_of_replaced(store.turns.children(card.conversation_id, asked.parent_id or None))
    return replace(_with_kept_instructions(asked, around, instructions_of(card)), replaced=replaced)


def _surroundings(
    asked: AskArguments, store: Store, home: Path, card: ConversationCard, *, leaves: bool
) -> Surroundings:
    around, kept = surroundings_of(asked, store, home), kept_here(card)
    if not (leaves and kept and asked.parent_id):
        return around
    return replace(around, history=what_may_go(store.turns.path(card.conversation_id, asked.parent_id), kept))


def _once_more(asked: AskArguments, store: Store, home: Path, card: ConversationCard, *, leaves: bool) -> Entered:
    """Enter at a question that stands there already: its answer becomes another one beside those that it has."""
    assert asked.again_id is not None
    question = store.turns.path(card.conversation_id, asked.again_id)[-1]
    if question.turn.message.role is not Role.USER:
        raise Misused("Only a question can be asked again.")
    said = what_may_go([question], kept_here(card)) if leaves else (question.turn.message,)
    if not said:
        raise StaysHere("You keep this message here.", hint="Let it go along again, or answer here.")
    asked = replace(asked, messages=said, parent_id=question.turn.parent_id or "")
    around = _surroundings(asked, store, home, card, leaves=leaves)
    is_typed = not store.turns.children(card.conversation_id, asked.again_id) and _was_to_leave(question)
    replaced = () if is_typed and said[0].label.source is LabelSource.UNSET else (said[0].label,)
    return replace(Entered(asked=asked, around=around, instructions=instructions_of(card)), replaced=replaced)


def _was_to_leave(question: KeptTurn) -> bool:
    """Whether a person named a model elsewhere for these words when they typed them, and nothing else went along."""
    decision, parts = question.decision, question.turn.message.parts
    if not (isinstance(decision, Route) and all(isinstance(part, Text) for part in parts)):
        return False
    return not any(reason.code == "on_this_computer" for reason in decision.reasons)


def join_replaced(gathered: Gathered, entered: Entered) -> Gathered:
    """Let an edit travel no further than what it was made from, which is not what a person typed just now."""
    if not entered.replaced:
        return gathered
    label, without_files = join_all(entered.replaced), gathered.label_without_files
    is_unset = any(each.source is LabelSource.UNSET for each in entered.replaced)

    def joined(messages: Sequence[Message]) -> tuple[Message, ...]:
        said = gathered.said
        return tuple(replace(each, label=each.label.join(label)) if each in said else each for each in messages)

    return replace(
        gathered,
        messages=joined(gathered.messages),
        said=joined(gathered.said),
        origin=replace(gathered.origin, is_named=gathered.origin.is_named and not is_unset),
        label_without_files=None if without_files is None else without_files.join(label),
    )


def split_unanswered(path: Sequence[KeptTurn]) -> tuple[tuple[KeptTurn, ...], tuple[KeptTurn, ...]]:
    """Split a path after its last answer: what comes then was asked and never answered."""
    count = len(path)
    while count and path[count - 1].turn.message.role is not Role.ASSISTANT:
        count -= 1
    return tuple(path[:count]), tuple(path[count:])


def with_assistant(here: Here, entered: Entered) -> Entered:
    """Add what an assistant brings: its instructions are said anew each time, its examples stand before all turns."""
    asked, around = entered.asked, entered.around
    known = (*around.history, *asked.messages)
    everything = here.with_assistant(known)
    brought = everything[: len(everything) - len(known)]
    history = (*(message for message in brought if message.role is not Role.SYSTEM), *around.history)
    return replace(
        entered,
        asked=replace(asked, messages=(*_system(brought), *asked.messages)),
        around=replace(around, history=(*_system(history), *_others(history))),
    )


def said_instructions(messages: Sequence[Message]) -> Instructions | None:
    """Return the instructions among messages, None where there are none."""
    system = [message for message in _system(messages) if message.text]
    if not system:
        return None
    label = join_all(message.label for message in system)
    return Instructions(text="\n\n".join(message.text for message in system), label=label)


def instructions_of(card: ConversationCard) -> Instructions | None:
    """Read the instructions of a conversation from its settings."""
    kept = card.settings.get(_SYSTEM)
    if not isinstance(kept, dict):
        return None
    told = cast("Json", kept)
    return Instructions(
        text=str(told.get("text")),
        label=label_from_json(told.get("label")),
        was_answered=told.get("was_answered") is not False,
    )


def settings_with(settings: Json, instructions: Instructions | None) -> dict[str, object]:
    """Return settings with these instructions in place of others."""
    others = {name: value for name, value in settings.items() if name != _SYSTEM}
    if instructions is None:
        return others
    label = label_to_json(instructions.label)
    return {**others, _SYSTEM: {"text": instructions.text, "label": label, "was_answered": instructions.was_answered}}


def _with_kept_instructions(asked: AskArguments, around: Surroundings, kept: Instructions | None) -> Entered:
    """What a client repeats was not typed just now: it is part of the history, under the label that it has there.

    What nobody answered to is typed until somebody does, as in `_labels_of_replaced`.
    """
    said, others = said_instructions(asked.messages), _others(asked.messages)
    if kept is None or said is None or said.text != kept.text or not others:
        return Entered(asked=asked, around=around)
    if kept.label.source is LabelSource.UNSET and not kept.was_answered:
        return Entered(asked=asked, around=around)
    before = Message.of_text(Role.SYSTEM, kept.text, kept.label)
    around = replace(around, history=(before, *around.history))
    return Entered(asked=replace(asked, messages=others), around=around, instructions=kept)


def _labels_of_replaced(beside: Sequence[ChildTurn]) -> tuple[Label, ...]:
    """What nobody answered and nobody labelled was taken back before it meant anything, as by a no to its preview."""
    return tuple(
        turn.label
        for turn in beside
        if turn.role is not Role.ASSISTANT and (turn.has_children or turn.label.source is not LabelSource.UNSET)
    )


def _system(messages: Sequence[Message]) -> tuple[Message, ...]:
    return tuple(message for message in messages if message.role is Role.SYSTEM)


def _others(messages: Sequence[Message]) -> tuple[Message, ...]:
    return tuple(message for message in messages if message.role is not Role.SYSTEM)

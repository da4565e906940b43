"""What a person does with remembered conversations: list, open, rename, label, delete, and bring back.

Talking is not here: `ask` writes conversations while it answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import UNSET, label_to_json
from aspen.privacy.words import declared_label
from aspen.service.argument_reading import read_count, read_text, text_or_none
from aspen.service.index_upkeep import keep_in_step, take_out_deleted
from aspen.service.labels import ASK, word_of
from aspen.service.resuming import instructions_of, split_unanswered
from aspen.service.waiting import look_again
from aspen.store.conversations import ConversationCard
from aspen.store.store import Store
from aspen.store.turns import KeptTurn
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SCHEMA = 1
_LONGEST_TITLE = 200
_SHORTEST_ID = 8
_LARGEST_COUNT = 1000
_LARGEST_DELETED = 10_000


async def list_conversations(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """List the pinned ones first, and else what was last spoken in first.

    `count` of them, or the page `after` the one with this id; those of the `project` in this folder, or with `deleted`
    those that can be restored.
    """
    store = await workspace.store()
    count, after = read_count(arguments, most=_LARGEST_COUNT), text_or_none(arguments, "after")
    last = None if after is None else store.conversations.card(after)
    if arguments.get("deleted") is True:
        cards = store.conversations.deleted(count + 1, after=last)
    else:
        project_id = _project_id(store, text_or_none(arguments, "project"))
        cards = store.conversations.pinned_first(count + 1, after=last, project_id=project_id)
    keep_in_step(store)
    shown = [card_json(card) for card in cards[:count]]
    yield as_result(store, {"conversations": shown, "has_more": len(cards) > count})


async def open_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give back a conversation up to its last answer: the one that `words` mean, else the one last spoken in.

    With `is_exact` only a whole title or an id counts, not a part of a title. Raises NotFound and Misused.
    """
    store, words = await workspace.store(), text_or_none(arguments, "words")
    card = _named(store, words, is_exact=arguments.get("is_exact") is True) if words else _last_used(store)
    answered, unanswered = split_unanswered(store.turns.path(card.conversation_id))
    instructions = instructions_of(card)
    opened: Frame = {
        "system": None if instructions is None else instructions.text,
        "messages": [_message(kept) for kept in answered],
        "turn": answered[-1].turn.turn_id if answered else "",
        "unanswered": "\n\n".join(kept.turn.message.text for kept in unanswered),
    }
    yield as_result(store, {**card_json(card), **opened})


async def rename_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give the conversation that `words` mean another `title`."""
    store, title = await workspace.store(), " ".join(read_text(arguments, "title").split())
    if len(title) > _LONGEST_TITLE:
        raise Misused(f"A title has {_LONGEST_TITLE} letters at most, not {len(title)}.")
    card = store.conversations.resolve(read_text(arguments, "words"))
    store.conversations.rename(card.conversation_id, title)
    yield _changed(store, card)


async def label_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Say what may happen to what will be typed there: a word of people's, or `ask`. What was said keeps its label."""
    store, word = await workspace.store(), read_text(arguments, "label")
    label = UNSET if word == ASK else declared_label(word, "You said so of this conversation")
    card = store.conversations.resolve(read_text(arguments, "words"))
    store.conversations.set_label(card.conversation_id, label)
    await look_again(workspace)
    yield _changed(store, card)


async def pin_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Let the `conversation` with this id stand before all others, or with `is_pinned` false no longer."""
    store, is_pinned = await workspace.store(), arguments.get("is_pinned")
    if not isinstance(is_pinned, bool):
        raise Misused("`is_pinned` must be true or false.")
    card = store.conversations.card(read_text(arguments, "conversation"))
    store.conversations.pin(card.conversation_id, is_pinned)
    yield _changed(store, card)


async def delete_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Take the conversation that `words` mean out of the lists; with `for_good`, off the disk."""
    store = await workspace.store()
    card = store.conversations.resolve(read_text(arguments, "words"))
    store.conversations.delete(card.conversation_id)
    if arguments.get("for_good") is True:
        yield await _purged(store, card)
    else:
        keep_in_step(store)
        yield _changed(store, card)


async def purge_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Take the deleted `conversation` with this id off the disk; one that was not deleted before stays."""
    store = await workspace.store()
    card = store.conversations.card(read_text(arguments, "conversation"))
    if card.deleted_at is None:
        raise Misused(f"The conversation {card.title} is not deleted.", hint="Delete it first.")
    yield await _purged(store, card)


async def restore_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Bring back the deleted conversation whose id begins with `words`, or whose title they are."""
    store, words = await workspace.store(), read_text(arguments, "words")
    deleted = store.conversations.deleted(_LARGEST_DELETED)
    match [card for card in deleted if card.conversation_id.startswith(words) or _is_title(card, words)]:
        case []:
            raise NotFound(f"There is no deleted conversation {words}.")
        case [card]:
            store.conversations.restore(card.conversation_id)
            keep_in_step(store)
            yield _changed(store, card)
        case several:
            raise _unclear(words, several)


async def _purged(store: Store, card: ConversationCard) -> Frame:
    await take_out_deleted(store)
    store.conversations.purge(card.conversation_id)
    return as_result(store, card_json(card))


def _project_id(store: Store, folder: str | None) -> int | None:
    if folder is None:
        return None
    found = [project.project_id for project in store.projects.all() if project.folder == folder]
    if not found:
        raise NotFound(f"There is no project at {folder}.", hint="`aspen project` begins one.")
    return found[0]


def _last_used(store: Store) -> ConversationCard:
    card = store.conversations.last_used()
    if card is None:
        raise NotFound("There is no conversation to go on with.", hint="`aspen chat` begins one.")
    return card


def _named(store: Store, words: str, *, is_exact: bool) -> ConversationCard:
    if not is_exact:
        return store.conversations.resolve(words)
    match [card for card in store.conversations.find(words) if _is_exactly(card, words)]:
        case []:
            raise NotFound(f"There is no conversation {words}.", hint="`aspen chat --list` lists them.")
        case [card]:
            return card
        case several:
            raise _unclear(words, several)


def _is_exactly(card: ConversationCard, words: str) -> bool:
    is_id = len(words) >= _SHORTEST_ID and card.conversation_id.startswith(words)
    return is_id or _is_title(card, words)


def _is_title(card: ConversationCard, words: str) -> bool:
    return card.title.casefold() == words.strip().casefold()


def _unclear(words: str, several: Sequence[ConversationCard]) -> Misused:
    ids = ", ".join(card.conversation_id[:_SHORTEST_ID] for card in several[:5])
    return Misused(f"{words} could mean {len(several)} conversations.", hint=f"Say which: {ids}.")


def _changed(store: Store, card: ConversationCard) -> Frame:
    return as_result(store, card_json(store.conversations.card(card.conversation_id)))


def as_result(store: Store, told: Frame) -> Frame:
    """Return the last frame of a verb, which says whether what is remembered is encrypted."""
    return {"result": {"schema": _SCHEMA, **told, "is_encrypted": store.is_encrypted}}


def card_json(card: ConversationCard) -> Frame:
    """Return what clients see of a conversation without its turns."""
    return {
        "conversation": card.conversation_id,
        "title": card.title,
        "model": card.wanted_model,
        "word": word_of(card.label),
        "label": label_to_json(card.label),
        "turn_count": card.turn_count,
        "is_pinned": card.is_pinned,
        "project": card.project_folder,
        "created_at": card.created_at.isoformat(),
        "changed_at": card.changed_at.isoformat(),
        "deleted_at": None if card.deleted_at is None else card.deleted_at.isoformat(),
    }


def _message(kept: KeptTurn) -> Frame:
    turn = kept.turn
    return {
        "turn": turn.turn_id,
        "role": turn.message.role.value,
        "text": turn.message.text,
        "was_stopped": not kept.is_complete,
    }

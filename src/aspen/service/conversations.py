"""What a person does with remembered conversations: list, open, rename, label, delete, and bring back.

Talking is not here: `ask` writes conversations while it answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import UNSET, label_to_json
from aspen.privacy.words import declared_label
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
_USUAL_COUNT, _LARGEST_COUNT = 50, 1000
_LARGEST_DELETED = 10_000


async def list_conversations(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """List what was last spoken in first: `count` of them, or the page `after` the one with this id."""
    store = await workspace.store()
    count, after = _count(arguments), _text_or_none(arguments, "after")
    last = None if after is None else store.conversations.card(after)
    cards = store.conversations.newest(count + 1, after=last)
    shown = [card_json(card) for card in cards[:count]]
    yield _result(store, {"conversations": shown, "has_more": len(cards) > count})


async def open_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give back a conversation up to its last answer: the one that `words` mean, else the one last spoken in.

    With `is_exact` only a whole title or an id counts, not a part of a title. Raises NotFound and Misused.
    """
    store, words = await workspace.store(), _text_or_none(arguments, "words")
    card = _named(store, words, is_exact=arguments.get("is_exact") is True) if words else _last_used(store)
    answered, unanswered = split_unanswered(store.turns.path(card.conversation_id))
    instructions = instructions_of(card)
    opened: Frame = {
        "system": None if instructions is None else instructions.text,
        "messages": [_message(kept) for kept in answered],
        "turn": answered[-1].turn.turn_id if answered else "",
        "unanswered": "\n\n".join(kept.turn.message.text for kept in unanswered),
    }
    yield _result(store, {**card_json(card), **opened})


async def rename_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give the conversation that `words` mean another `title`."""
    store, title = await workspace.store(), " ".join(_text(arguments, "title").split())
    if len(title) > _LONGEST_TITLE:
        raise Misused(f"A title has {_LONGEST_TITLE} letters at most, not {len(title)}.")
    card = store.conversations.resolve(_text(arguments, "words"))
    store.conversations.rename(card.conversation_id, title)
    yield _changed(store, card)


async def label_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Say what may happen to what will be typed there: a word of people's, or `ask`. What was said keeps its label."""
    store, word = await workspace.store(), _text(arguments, "label")
    label = UNSET if word == ASK else declared_label(word, "You said so of this conversation")
    card = store.conversations.resolve(_text(arguments, "words"))
    store.conversations.set_label(card.conversation_id, label)
    await look_again(workspace)
    yield _changed(store, card)


async def delete_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Take the conversation that `words` mean out of the lists; with `for_good`, off the disk."""
    store = await workspace.store()
    card = store.conversations.resolve(_text(arguments, "words"))
    if arguments.get("for_good") is True:
        store.conversations.purge(card.conversation_id)
        yield _result(store, card_json(card))
    else:
        store.conversations.delete(card.conversation_id)
        yield _changed(store, card)


async def restore_conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Bring back the deleted conversation whose id begins with `words`, or whose title they are."""
    store, words = await workspace.store(), _text(arguments, "words")
    deleted = store.conversations.deleted(_LARGEST_DELETED)
    match [card for card in deleted if card.conversation_id.startswith(words) or _is_title(card, words)]:
        case []:
            raise NotFound(f"There is no deleted conversation {words}.")
        case [card]:
            store.conversations.restore(card.conversation_id)
            yield _changed(store, card)
        case several:
            raise _unclear(words, several)


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
    return _result(store, card_json(store.conversations.card(card.conversation_id)))


def _result(store: Store, told: Frame) -> Frame:
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


def _text(arguments: Json, name: str) -> str:
    told = _text_or_none(arguments, name)
    if told is None or not told.strip():
        raise Misused(f"`{name}` must be a text.")
    return told


def _text_or_none(arguments: Json, name: str) -> str | None:
    told = arguments.get(name)
    if not (told is None or isinstance(told, str)):
        raise Misused(f"`{name}` must be a text.")
    return told


def _count(arguments: Json) -> int:
    told = arguments.get("count", _USUAL_COUNT)
    if not isinstance(told, int) or isinstance(told, bool) or not 1 <= told <= _LARGEST_COUNT:
        raise Misused(f"`count` must be a whole number from 1 to {_LARGEST_COUNT:,}.")
    return told

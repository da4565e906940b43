"""What the app draws of one conversation: a branch with everything known of its turns, its draft, its pictures."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.decision import Route
from aspen.core.errors import NotFound
from aspen.core.label import label_to_json
from aspen.core.message import File, Role, Thinking, ToolCall, ToolResult
from aspen.service.answer_so_far import finished_json, seconds_json, sent_json
from aspen.service.argument_reading import read_count, read_text, text_or_none
from aspen.service.attached_files import PICTURE, attached_json, file_id_of, reference_of
from aspen.service.conversations import as_result, card_json
from aspen.service.frames import decision_json
from aspen.service.keeping_here import kept_here, kept_json
from aspen.service.labels import word_of
from aspen.service.passages import numbered_file
from aspen.service.resuming import NEW, instructions_of
from aspen.store.attached_files import AttachedFile
from aspen.store.branches import LONGEST_PAGE, BranchPage, BranchTurn
from aspen.store.conversations import ConversationCard
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]

_USUAL_COUNT: Final = 40


async def conversation(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Show the `conversation` with this id: the last `count` turns of the branch that was last spoken in.

    `leaf` is the end of another branch, `before_turn` the turn that the page before began with. `showing` is a turn
    that must be among them, in whatever branch it is. Raises NotFound.
    """
    store = await workspace.store()
    card = _card(store, arguments)
    leaf, before, showing = (text_or_none(arguments, name) for name in ("leaf", "before_turn", "showing"))
    count = read_count(arguments, usual=_USUAL_COUNT, most=LONGEST_PAGE)
    if showing is not None:
        leaf = store.branches.newest_below(card.conversation_id, showing)
    leaf = leaf or card.current_turn_id
    if before is not None:
        page = store.branches.page_above(card.conversation_id, before, count=count)
    elif leaf is not None:
        page = store.branches.page_to(card.conversation_id, leaf, count=count, up_to_id=showing)
    else:
        page = BranchPage()
    yield as_result(store, _view(store, card, page, leaf))


async def choose_branch(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Go on with the branch through `turn`, to where it was last spoken in, and show it as `conversation` does."""
    store = await workspace.store()
    card = _card(store, arguments)
    leaf = store.branches.newest_below(card.conversation_id, read_text(arguments, "turn"))
    store.turns.choose(card.conversation_id, leaf)
    count = read_count(arguments, usual=_USUAL_COUNT, most=LONGEST_PAGE)
    page = store.branches.page_to(card.conversation_id, leaf, count=count)
    yield as_result(store, _view(store, card, page, leaf))


async def keep_draft(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Keep the `text` that was begun in a `conversation`, `new` for one that is to begin; no text removes it."""
    store = await workspace.store()
    name = _draft_name(store, arguments)
    store.drafts.keep(name, text_or_none(arguments, "text") or "")
    yield as_result(store, _draft_json(workspace, store, name))


async def read_draft(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give back the draft of a `conversation`, or of `new`, with the files that wait in it."""
    store = await workspace.store()
    yield as_result(store, _draft_json(workspace, store, _draft_name(store, arguments)))


async def picture(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give back a picture of a `turn` in a `conversation`, by its `sha256`, or the attached `file` of a reference.

    Raises NotFound.
    """
    store = await workspace.store()
    if reference := text_or_none(arguments, "file"):
        yield as_result(store, _attached_picture(store, reference))
        return
    card, turn_id, sha256 = _card(store, arguments), read_text(arguments, "turn"), read_text(arguments, "sha256")
    page = store.branches.page_to(card.conversation_id, turn_id, count=1)
    for held in page.turns[-1].pictures:
        if held.sha256 == sha256:
            encoded = base64.b64encode(store.blobs.read(sha256)).decode()
            yield as_result(store, {"media_type": held.media_type, "base64": encoded})
            return
    raise NotFound("This turn has no such picture.")


def _attached_picture(store: Store, reference: str) -> Frame:
    file = store.attached_files.file(file_id_of(reference))
    if file.kind != PICTURE:
        raise NotFound(f"{file.name} is no picture.")
    encoded = base64.b64encode(store.attached_files.content(file.file_id)).decode()
    return {"media_type": file.facts.get("media_type"), "base64": encoded}


def _card(store: Store, arguments: Json) -> ConversationCard:
    return store.conversations.card(read_text(arguments, "conversation"))


def _draft_name(store: Store, arguments: Json) -> str:
    name = read_text(arguments, "conversation")
    return NEW if name == NEW else store.conversations.card(name).conversation_id


def _draft_json(workspace: Workspace, store: Store, name: str) -> Frame:
    kept = store.drafts.read(name)
    waiting = store.attached_files.waiting(name)
    return {
        "conversation": name,
        "text": "" if kept is None else kept.words,
        "changed_at": None if kept is None else kept.changed_at.isoformat(),
        "attached": [attached_json(file, store, workspace.home) for file in waiting],
    }


def _view(store: Store, card: ConversationCard, page: BranchPage, leaf: str | None) -> Frame:
    instructions, draft = instructions_of(card), store.drafts.read(card.conversation_id)
    attached = store.attached_files.of_turns([turn.kept.turn.turn_id for turn in page.turns])
    kept = kept_here(card)
    return {
        **card_json(card),
        "system": None if instructions is None else instructions.text,
        "draft": "" if draft is None else draft.words,
        "leaf": leaf,
        "turns": [
            {
                **_turn_json(turn, attached.get(turn.kept.turn.turn_id, ())),
                "kept_here": kept_json(kept.get(turn.kept.turn.turn_id)),
            }
            for turn in page.turns
        ],
        "has_more": page.has_more,
    }


def _turn_json(shown: BranchTurn, attached: Sequence[AttachedFile]) -> Frame:
    kept, message = shown.kept, shown.kept.turn.message
    return {
        "turn": kept.turn.turn_id,
        "parent": kept.turn.parent_id,
        "role": message.role.value,
        **_parts_json(shown),
        "word": word_of(message.label),
        "label": label_to_json(message.label),
        "siblings": list(shown.siblings),
        "created_at": kept.turn.created_at.isoformat(),
        "was_stopped": not kept.is_complete,
        **(_answer_json(shown) if message.role is Role.ASSISTANT else {}),
        **({"attached": _attached_json(attached)} if message.role is Role.USER else {}),
    }


def _attached_json(attached: Sequence[AttachedFile]) -> list[Frame]:
    """What the question can take along once more, as a person knows it; no label is looked up for what is over."""
    return [{"file": reference_of(file), "name": file.name, "kind": file.kind, **file.facts} for file in attached]


def _parts_json(shown: BranchTurn) -> Frame:
    parts = shown.kept.turn.message.parts
    texts: list[object] = [
        {
            "name": part.name,
            "size_bytes": len(part.text.encode("utf-8", "replace")),
            "kind": "text",
            **_numbered_json(part),
        }
        for part in parts
        if isinstance(part, File)
    ]
    pictures: list[object] = [
        {
            "name": None,
            "size_bytes": held.size_bytes,
            "kind": "picture",
            "media_type": held.media_type,
            "sha256": held.sha256,
        }
        for held in shown.pictures
    ]
    return {
        "text": shown.kept.turn.message.text,
        "thinking": "".join(part.text for part in parts if isinstance(part, Thinking)),
        "tool_calls": [
            {"call_id": part.call_id, "name": part.name, "arguments": part.arguments}
            for part in parts
            if isinstance(part, ToolCall)
        ],
        "tool_results": [
            {"call_id": part.call_id, "text": part.text} for part in parts if isinstance(part, ToolResult)
        ],
        "files": [*texts, *pictures],
    }


def _numbered_json(part: File) -> Frame:
    numbered = numbered_file(part)
    return {} if numbered is None else {"number": numbered.number, "words": numbered.words}


def _answer_json(shown: BranchTurn) -> Frame:
    decision, outcome = shown.kept.decision, shown.kept.outcome
    return {
        "model": decision.model if isinstance(decision, Route) else None,
        "decision": None if decision is None else decision_json(decision),
        "zone": None if outcome.zone is None else outcome.zone.value,
        "sent": sent_json(outcome.sent),
        **finished_json(outcome.finished),
        "thinking_seconds": seconds_json(outcome.thinking_seconds),
        "ended_at": None if outcome.ended_at is None else outcome.ended_at.isoformat(),
        "read": [] if outcome.sources is None else list(outcome.sources.told),
        "citations": []
        if outcome.sources is None
        else [{"number": each.number, "words": each.words} for each in outcome.sources.cited],
    }

"""`import_conversations`: what an export holds becomes conversations of its own, all of them or none.

Nothing becomes laxer by a way out and in again: what is imported has the label that it was exported with, joined with
what persons have said since of the same turns and of the place in which the file lies. See `export_reading` for files
that nobody can vouch for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.errors import NotFound
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.privacy.path_rules import label_of_path
from aspen.service.conversations import card_json
from aspen.service.export_format import export_key
from aspen.service.export_reading import LARGEST_IMPORT_BYTES, Arrived, ReadExport, read_export
from aspen.service.exported_paths import said_by_persons
from aspen.service.file_texts import read_file
from aspen.service.labels import absolute_path
from aspen.service.resuming import instructions_of, settings_with
from aspen.store.arrivals import ArrivingRows, WholeConversation
from aspen.store.conversations import ConversationCard
from aspen.store.path_facts import facts_of_path
from aspen.store.store import Store
from aspen.store.turns import KeptTurn
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that is to be written. `place` is the label of where the file lies, if it makes anything stricter."""

    rows: ArrivingRows
    conversation_ids: tuple[str, ...]
    found: ReadExport
    place: Label | None


async def import_conversations(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Import the file at `path`, and list the conversations that it became.

    Raises NotFound, Misused for what is no export, DoesNotFit for one that is too large; then nothing is imported.
    """
    path, store = absolute_path(arguments), await workspace.store()
    prepared = await asyncio.to_thread(prepare_import, store, path, workspace)
    store.arrivals.keep(prepared.rows)
    cards = [store.conversations.card(conversation_id) for conversation_id in prepared.conversation_ids]
    place = [] if prepared.place is None else list(prepared.place.reasons)
    found = prepared.found
    told: Frame = {"conversations": [card_json(card) for card in cards], "is_verified": found.is_verified}
    told |= {"program": found.program or None, "left_out": dict(found.left_out)}
    yield {"result": {"schema": _SCHEMA, **told, "place_reasons": place, "is_encrypted": store.is_encrypted}}


def prepare_import(store: Store, path: Path, workspace: Workspace) -> Prepared:
    """Read, check and label a file, by a connection of this thread's own. Writes nothing."""
    with store.open_reader() as reader:
        declared = reader.declared_paths()
        facts = facts_of_path(path, declared, home=workspace.home)
        content = read_file(
            path,
            facts,
            LARGEST_IMPORT_BYTES,
            hint="Export fewer conversations at a time.",
        )
        found = read_export(content, path.name, export_key(reader), workspace.clock.now())
        place = label_of_path(facts, said_by_persons(declared))
        floor = None if place.source is LabelSource.UNSET or place.sensitivity is Sensitivity.PUBLIC else place
        arriving = [_joined(each, floor, reader) for each in found.conversations]
    return Prepared(
        rows=ArrivingRows.of(arriving),
        conversation_ids=tuple(whole.card.conversation_id for whole in arriving),
        found=found,
        place=floor,
    )


def _joined(arrived: Arrived, floor: Label | None, reader: Store) -> WholeConversation:
    """Join every label with that of the place, and with what the same conversation and turns have here by now."""
    whole = arrived.whole
    said = None
    with suppress(NotFound):
        said = reader.conversations.card(arrived.old_id).label
    is_said = said is not None and said.source is LabelSource.DECLARED
    card = replace(whole.card, label=_strictest(whole.card.label, floor, said if is_said else None))
    turns = [
        _joined_turn(kept, floor, reader.turns.label(arrived.old_turn_ids[kept.turn.turn_id])) for kept in whole.turns
    ]
    blobs = {sha256: _strictest(label, floor) for sha256, label in whole.blob_labels.items()}
    return replace(whole, card=_joined_instructions(card, floor), turns=tuple(turns), blob_labels=blobs)


def _joined_turn(kept: KeptTurn, floor: Label | None, now: Label | None) -> KeptTurn:
    message = kept.turn.message
    return replace(kept, turn=replace(kept.turn, message=replace(message, label=_strictest(message.label, floor, now))))


def _joined_instructions(card: ConversationCard, floor: Label | None) -> ConversationCard:
    instructions = instructions_of(card)
    if instructions is None:
        return card
    joined = replace(instructions, label=_strictest(instructions.label, floor))
    return replace(card, settings=settings_with(card.settings, joined))


def _strictest(label: Label, *others: Label | None) -> Label:
    for other in others:
        label = label if other is None else label.join(other)
    return label

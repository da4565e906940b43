"""The file of an export: one JSON document, every item with its label, signed over all of it. Reading is elsewhere.

The signature is HMAC-SHA-256 (RFC 2104) over the canonical JSON of everything but itself: sorted keys, no blanks, all
beyond ASCII escaped, so that even half of a character counts. What the fields mean: docs/reference/export.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from aspen.core.label import Label, LabelSource, join_all, label_to_json
from aspen.service.resuming import instructions_of
from aspen.store.arrivals import WholeConversation
from aspen.store.decision_json import decision_to_json
from aspen.store.part_json import blobs_of, part_to_json
from aspen.store.store import Store
from aspen.store.turns import KeptTurn

Json = Mapping[str, object]

FORMAT: Final = "aspen-conversations"
VERSION: Final = 1
LABEL_VERSION: Final = 1
SIGNATURE: Final = "signature"

_KEY_NAME: Final = "export-key"
_KEY_BYTES: Final = 32
_PIECE_LETTERS: Final = 1 << 18

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def export_key(store: Store) -> bytes | None:
    """Return the key of this installation; None where nothing was exported yet."""
    kept = store.preferences.read(_KEY_NAME)
    return bytes.fromhex(kept) if isinstance(kept, str) else None


def make_export_key(store: Store) -> bytes:
    """Return the key, made at its first use. Raises StoreTooNew, NotWritable, DiskFull."""
    if (key := export_key(store)) is not None:
        return key
    made = secrets.token_bytes(_KEY_BYTES)
    store.preferences.keep(_KEY_NAME, made.hex())
    return made


def signature_of(document: Json, key: bytes) -> str:
    """Return the signature of a parsed document, whatever it claims itself.

    Raises ValueError or RecursionError for what no export holds.
    """
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for chunk in _ENCODER.iterencode({name: value for name, value in document.items() if name != SIGNATURE}):
        mac.update(chunk.encode("ascii"))
    return mac.hexdigest()


def signed_document(conversations: Iterable[Json], key: bytes, exported_at: datetime) -> Iterator[str]:
    """Yield the text of a document piece by piece; it holds one conversation at a time."""
    header = {"exported_at": _moment(exported_at), "format": FORMAT, "label_version": LABEL_VERSION, "version": VERSION}
    rest = _ENCODER.encode(header)[1:]
    mac = hmac.new(key, b'{"conversations":[', hashlib.sha256)
    yield f'{{{rest[:-1]},"conversations":[\n'
    for number, conversation in enumerate(conversations):
        if number:
            mac.update(b",")
            yield ",\n"
        for piece in _pieces(_ENCODER.iterencode(conversation)):
            mac.update(piece.encode("ascii"))
            yield piece
    mac.update(f"],{rest}".encode("ascii"))
    yield f'\n],"{SIGNATURE}":"{mac.hexdigest()}"}}\n'


def read_whole(store: Store, conversation_id: str) -> WholeConversation:
    """Read one conversation with all of its branches and pictures. Raises NotFound."""
    card, turns = store.conversations.card(conversation_id), store.turns.tree(conversation_id)
    held = {sha256 for kept in turns for sha256 in blobs_of(kept.turn.message.parts)}
    return WholeConversation(
        card=card, turns=turns, blob_labels={sha256: store.blobs.label(sha256) for sha256 in sorted(held)}
    )


def label_of_whole(whole: WholeConversation) -> Label:
    """Join the labels of everything in a conversation, and what a person said of it as a whole."""
    instructions = instructions_of(whole.card)
    labels = [*(kept.turn.message.label for kept in whole.turns), *whole.blob_labels.values()]
    labels += [] if instructions is None else [instructions.label]
    labels += [whole.card.label] if whole.card.label.source is LabelSource.DECLARED else []
    return join_all(labels)


def whole_to_json(whole: WholeConversation) -> dict[str, object]:
    """Flatten a conversation with everything in it."""
    card, instructions = whole.card, instructions_of(whole.card)
    pictures = {
        sha256: encoded for kept in whole.turns for sha256, encoded in blobs_of(kept.turn.message.parts).items()
    }
    return {
        "id": card.conversation_id,
        "title": card.title,
        "label": label_to_json(card.label),
        "created_at": _moment(card.created_at),
        "changed_at": _moment(card.changed_at),
        "model": card.wanted_model,
        "instructions": None
        if instructions is None
        else {
            "text": instructions.text,
            "label": label_to_json(instructions.label),
            "was_answered": instructions.was_answered,
        },
        "current_turn": card.current_turn_id,
        "turns": [_turn_to_json(kept) for kept in whole.turns],
        "attachments": [
            {
                "sha256": sha256,
                "label": label_to_json(whole.blob_labels[sha256]),
                "base64": base64.b64encode(encoded).decode("ascii"),
            }
            for sha256, encoded in sorted(pictures.items())
        ],
    }


def _turn_to_json(kept: KeptTurn) -> dict[str, object]:
    turn = kept.turn
    return {
        "id": turn.turn_id,
        "parent": turn.parent_id,
        "role": turn.message.role.value,
        "label": label_to_json(turn.message.label),
        "created_at": _moment(turn.created_at),
        "is_complete": kept.is_complete,
        "decision": None if kept.decision is None else decision_to_json(kept.decision),
        "parts": [part_to_json(part) for part in turn.message.parts],
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _pieces(chunks: Iterator[str]) -> Iterator[str]:
    """Join what an encoder gives into pieces of a size that is worth sending."""
    gathered: list[str] = []
    letters = 0
    for chunk in chunks:
        gathered.append(chunk)
        letters += len(chunk)
        if letters >= _PIECE_LETTERS:
            yield "".join(gathered)
            gathered, letters = [], 0
    if gathered:
        yield "".join(gathered)

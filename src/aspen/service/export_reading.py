"""Reads an export back, as a stranger's file: every field is checked, and no label is believed that is not proven.

What cannot be verified stays here: everything in it, whatever the file says. Writes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar, cast
from uuid import uuid4

from aspen.core.conversation import Turn
from aspen.core.decision import Decision
from aspen.core.errors import Misused
from aspen.core.label import Label, LabelSource, Sensitivity, label_from_json, label_to_json
from aspen.core.message import Message, Part, Role
from aspen.migration.recognising import Recognised, recognise
from aspen.service.export_format import FORMAT, LABEL_VERSION, SIGNATURE, VERSION, signature_of
from aspen.service.resuming import Instructions, settings_with
from aspen.store.arrivals import WholeConversation
from aspen.store.conversations import ConversationCard
from aspen.store.decision_json import decision_from_json
from aspen.store.part_json import part_from_json
from aspen.store.turns import KeptTurn

Json = Mapping[str, object]
Read = TypeVar("Read")

UNVERIFIED: Final = "It was imported, and its label could not be verified"
"""Why something stays here that came with a label nobody can vouch for."""

_ZIP_MAGIC: Final = b"PK\x03\x04"

LARGEST_IMPORT_BYTES: Final = 256 << 20
"""Reading takes about four times as much memory for a moment, and no file should be able to fill the core."""

_LONGEST_TITLE: Final = 200
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A conversation under new ids, and the ids that it and its turns had where it was exported."""

    whole: WholeConversation
    old_id: str
    old_turn_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExport:
    """What a file holds. `is_verified` says that this installation signed it and its labels are those it was given.

    `program` is another program that wrote it, and `left_out` what of it could not be taken along.
    """

    conversations: tuple[Arrived, ...]
    is_verified: bool
    program: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])


def read_export(content: bytes, name: str, key: bytes | None, now: datetime) -> ReadExport:
    """Read the file called `name`; `key` is this installation's, None where it has exported nothing yet.

    Raises Misused for whatever is not a whole export of a version that is known. Holds a few times the file's size.
    """
    try:
        told = _parsed(content)
        if (foreign := recognise(told)) is not None:
            return _foreign(foreign, now)
        document = _document(told, name)
        is_verified = is_signed(document, key)
        reading = _Reading(believes=is_verified, now=now)
        arrived = reading.conversations(document)
        if is_verified and not reading.knows_all_labels:
            is_verified = False
            arrived = _Reading(believes=False, now=now).conversations(document)
    except RecursionError:
        raise _unreadable(name, "it is nested too deeply") from None
    except ValueError as error:
        raise _unreadable(name, str(error)) from None
    return ReadExport(conversations=arrived, is_verified=is_verified)


def is_signed(document: Json, key: bytes | None) -> bool:
    """Whether this installation has signed exactly this, labels and all. Compares in constant time."""
    claimed = document.get(SIGNATURE)
    if key is None or not isinstance(claimed, str) or document.get("label_version") != LABEL_VERSION:
        return False
    try:
        expected = signature_of(document, key)
    except ValueError:  # a number that JSON does not have, and no export either
        return False
    return hmac.compare_digest(expected.encode(), claimed.encode("utf-8", "replace"))


def _parsed(content: bytes) -> object:
    if content.startswith(_ZIP_MAGIC):
        raise ValueError("it is a ZIP archive: unpack it, and import the conversations.json in it")
    try:
        return json.loads(content)
    except ValueError:
        raise ValueError("it is not JSON, or it was cut off") from None


def _foreign(foreign: Recognised, now: datetime) -> ReadExport:
    """Another program knows nothing of labels: what it exported stays here."""
    arrived = _Reading(believes=False, now=now).conversations({"conversations": list(foreign.conversations)})
    return ReadExport(conversations=arrived, is_verified=False, program=foreign.program, left_out=foreign.left_out)


def _document(document: object, name: str) -> Json:
    if not isinstance(document, dict) or cast("Json", document).get("format") != FORMAT:
        raise ValueError("neither `aspen export` nor a program that is known made it")
    version = cast("Json", document).get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("its version is no number")
    if version > VERSION:
        raise Misused(
            f"{name} was exported by a newer Aspen, as version {version} of the format; this one reads {VERSION}.",
            hint="Update Aspen, then import it again. Nothing was imported.",
            facts={"version": version, "known_version": VERSION},
        )
    return cast("Json", document)


def _unreadable(name: str, why: str) -> Misused:
    return Misused(
        f"{name} is not an export that can be imported: {why}.",
        hint="Nothing was imported. `aspen export … -o FILE.json` makes one; Markdown cannot be imported.",
    )


class _Reading:
    """One way through a document. All its methods raise ValueError with the end of a sentence."""

    def __init__(self, *, believes: bool, now: datetime) -> None:
        self._believes = believes
        self._now = now
        self._seen: set[str] = set()
        self.knows_all_labels = True

    def conversations(self, document: Json) -> tuple[Arrived, ...]:
        told = _list(document, "conversations")
        if not told:
            raise ValueError("it holds no conversation")
        return tuple(
            _at(f"conversation {number}", partial(self._conversation, each)) for number, each in enumerate(told, 1)
        )

    def _conversation(self, each: object) -> Arrived:
        told = _object(each)
        new_id, old_id = uuid4().hex, self._new(_text(told, "id"))
        pictures, blob_labels = self._attachments(told)
        turns: list[KeptTurn] = []
        new_ids: dict[str, str] = {}
        for number, each in enumerate(_list(told, "turns"), 1):
            turns.append(_at(f"turn {number}", partial(self._turn, each, new_ids, pictures)))
        current = _text_or_none(told, "current_turn")
        if current is not None and current not in new_ids:
            raise ValueError("its current turn is not among its turns")
        card = ConversationCard(
            conversation_id=new_id,
            title=" ".join(_text(told, "title").split())[:_LONGEST_TITLE],
            label=self._label(told),
            created_at=self._moment(told, "created_at"),
            changed_at=self._moment(told, "changed_at"),
            deleted_at=None,
            turn_count=len(turns),
            current_turn_id=None if current is None else new_ids[current],
            project_id=None,
            wanted_model=self._model(told),
            settings=settings_with({}, self._instructions(told)),
        )
        whole = WholeConversation(card=card, turns=tuple(turns), blob_labels=blob_labels)
        return Arrived(whole=whole, old_id=old_id, old_turn_ids={new: old for old, new in new_ids.items()})

    def _turn(self, each: object, new_ids: dict[str, str], pictures: Mapping[str, bytes]) -> KeptTurn:
        told = _object(each)
        parent = _text_or_none(told, "parent")
        if parent is not None and parent not in new_ids:
            raise ValueError("it follows a turn that is not before it")
        old_id, new_id = self._new(_text(told, "id")), uuid4().hex
        message = Message(role=_role(told), parts=_parts(told, pictures), label=self._label(told))
        turn = Turn(
            turn_id=new_id,
            parent_id=None if parent is None else new_ids[parent],
            message=message,
            decision_id=None,
            created_at=self._moment(told, "created_at"),
        )
        new_ids[old_id] = new_id
        return KeptTurn(turn=turn, decision=_decision(told), is_complete=_truth(told, "is_complete"))

    def _attachments(self, told: Json) -> tuple[dict[str, bytes], dict[str, Label]]:
        pictures: dict[str, bytes] = {}
        labels: dict[str, Label] = {}
        for number, each in enumerate(_list(told, "attachments"), 1):
            sha256, encoded = _at(f"attachment {number}", partial(_attachment, each))
            if sha256 in pictures:
                raise ValueError(f"attachment {number} is there twice")
            pictures[sha256], labels[sha256] = encoded, self._label(_object(each))
        return pictures, labels

    def _instructions(self, told: Json) -> Instructions | None:
        if told.get("instructions") is None:
            return None
        said = _object(told["instructions"])
        return Instructions(
            text=_text(said, "text"), label=self._label(said), was_answered=_truth(said, "was_answered")
        )

    def _model(self, told: Json) -> str | None:
        """Another installation's models are not ours: Aspen chooses anew."""
        model = _text_or_none(told, "model")
        return model if self._believes else None

    def _label(self, told: Json) -> Label:
        """What is believed is exactly a label as this version writes it: one more field could make it stricter."""
        label = label_from_json(told.get("label"))
        if label_to_json(label) != told.get("label"):
            self.knows_all_labels = False
        if self._believes:
            return label
        return Label(
            sensitivity=Sensitivity.PRIVATE,
            source=LabelSource.DECLARED,
            reasons=(UNVERIFIED,),
            providers=label.providers,
        )

    def _new(self, old_id: str) -> str:
        if not old_id or old_id in self._seen:
            raise ValueError("its id is empty, or there twice")
        self._seen.add(old_id)
        return old_id

    def _moment(self, told: Json, name: str) -> datetime:
        """A clock of elsewhere may be wrong; nothing was said before there were computers, or will have been."""
        try:
            moment = datetime.fromisoformat(_text(told, name))
            if moment.tzinfo is None:
                raise ValueError
            return max(_EPOCH, min(moment.astimezone(UTC), self._now))
        except (ValueError, OverflowError):
            raise ValueError(f"`{name}` is not a time with its zone") from None


def _at(place: str, read: Callable[[], Read]) -> Read:
    """Read one thing, and say where it stands if it cannot be read."""
    try:
        return read()
    except ValueError as error:
        raise ValueError(f"in {place}, {error}") from None


def _attachment(each: object) -> tuple[str, bytes]:
    told = _object(each)
    try:
        encoded = base64.b64decode(_text(told, "base64"), validate=True)
    except ValueError:
        raise ValueError("`base64` is not base64") from None
    if hashlib.sha256(encoded).hexdigest() != _text(told, "sha256"):
        raise ValueError("the bytes do not have the SHA-256 that is named")
    return _text(told, "sha256"), encoded


def _parts(told: Json, pictures: Mapping[str, bytes]) -> tuple[Part, ...]:
    return tuple(_part(_object(each), pictures) for each in _list(told, "parts"))


def _part(told: Json, pictures: Mapping[str, bytes]) -> Part:
    """Every field of every kind is text."""
    if not all(isinstance(value, str) for value in told.values()):
        raise ValueError("a part has a field that is no text")
    try:
        return part_from_json(told, pictures.__getitem__)
    except KeyError:
        raise ValueError("a part is of no known kind, or what it names is missing") from None


def _decision(told: Json) -> Decision | None:
    if told.get("decision") is None:
        return None
    try:
        return decision_from_json(_object(told["decision"]))
    except (KeyError, TypeError, ValueError):
        raise ValueError("`decision` is none") from None


def _role(told: Json) -> Role:
    try:
        return Role(_text(told, "role"))
    except ValueError:
        raise ValueError("`role` is none") from None


def _object(told: object) -> Json:
    if not isinstance(told, dict):
        raise ValueError("there is something other than an object")
    return cast("Json", told)


def _list(told: Json, name: str) -> list[object]:
    value = told.get(name)
    if not isinstance(value, list):
        raise ValueError(f"`{name}` is not a list")
    return cast("list[object]", value)


def _text(told: Json, name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is not a text")
    return value


def _text_or_none(told: Json, name: str) -> str | None:
    return None if told.get(name) is None else _text(told, name)


def _truth(told: Json, name: str) -> bool:
    value = told.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` is neither true nor false")
    return value

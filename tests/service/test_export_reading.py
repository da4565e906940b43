"""An export comes back as it was, and a stranger's file is read field by field and believed in nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import Misused
from aspen.core.label import PUBLIC, UNSET, LabelSource, Sensitivity, label_to_json
from aspen.service.export_format import (
    export_key,
    label_of_whole,
    make_export_key,
    read_whole,
    signature_of,
    signed_document,
    whole_to_json,
)
from aspen.service.export_reading import UNVERIFIED, ReadExport, read_export
from aspen.service.resuming import instructions_of
from aspen.store.store import Store, open_store
from fakes.whole_conversations import KEPT, SERVERS, TO_ACME, fill

NOW = datetime(2030, 1, 1, tzinfo=UTC)
OTHER_KEY = b"k" * 32
DEEP = b"[" * 900 + b"]" * 900 + b"}"
Json = dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store.sqlite", None) as opened:
        fill(opened)
        yield opened


def exported(store: Store, key: bytes | None = None) -> bytes:
    wholes = [read_whole(store, card.conversation_id) for card in store.conversations.newest()]
    return "".join(signed_document(map(whole_to_json, wholes), key or make_export_key(store), NOW)).encode("ascii")


def reading(store: Store, content: bytes) -> ReadExport:
    return read_export(content, "fair.json", export_key(store), NOW)


def changed(store: Store, change: Callable[[Json], object]) -> bytes:
    """An export that somebody has changed."""
    document: Json = json.loads(exported(store))
    change(document)
    return json.dumps(document).encode("ascii")


def signed_anew(store: Store, change: Callable[[Json], object]) -> bytes:
    """An export that a newer Aspen of this installation could have made."""
    document: Json = json.loads(changed(store, change))
    document["signature"] = signature_of(document, make_export_key(store))
    return json.dumps(document).encode("ascii")


def test_what_was_exported_comes_back_as_it_was_under_ids_of_its_own(store: Store) -> None:
    found = reading(store, exported(store))
    (arrived,), before = found.conversations, read_whole(store, "c1")
    assert found.is_verified
    assert (arrived.old_id, arrived.whole.card.title) == ("c1", "A trip to the fair")
    old = arrived.old_turn_ids
    assert set(old.values()) == {kept.turn.turn_id for kept in before.turns}
    assert set(old).isdisjoint(old.values())
    for came, was in zip(arrived.whole.turns, before.turns, strict=True):
        assert (came.turn.message, came.decision, came.is_complete) == (was.turn.message, was.decision, was.is_complete)
        assert came.turn.created_at == was.turn.created_at
        assert (came.turn.parent_id and old[came.turn.parent_id]) == was.turn.parent_id
    card = arrived.whole.card
    assert card.current_turn_id is not None
    assert old[card.current_turn_id] == "c1-2"
    assert (card.label, card.wanted_model) == (UNSET, "tiny")
    assert instructions_of(card) == instructions_of(before.card)
    assert arrived.whole.blob_labels == before.blob_labels


def test_the_label_of_a_whole_is_the_join_of_everything_in_it(store: Store) -> None:
    assert label_of_whole(read_whole(store, "c1")).sensitivity is Sensitivity.PRIVATE
    store.conversations.create("t", conversation_id="open", label=KEPT)
    assert label_of_whole(read_whole(store, "open")) == KEPT
    store.conversations.set_label("open", UNSET)
    assert label_of_whole(read_whole(store, "open")) == UNSET


def test_every_item_has_its_label_in_the_same_object(store: Store) -> None:
    (told,) = json.loads(exported(store))["conversations"]
    assert [turn["label"] for turn in told["turns"]] == [label_to_json(each) for each in (KEPT, KEPT, UNSET, TO_ACME)]
    assert told["instructions"]["label"] == label_to_json(SERVERS)
    assert [each["label"] for each in told["attachments"]] == [label_to_json(KEPT)]
    assert told["label"] == label_to_json(UNSET)


def test_another_layout_of_the_same_content_is_still_signed(store: Store) -> None:
    document = json.loads(exported(store))
    assert reading(store, json.dumps(document, indent=3, ensure_ascii=True).encode()).is_verified


def free(document: Json) -> None:
    for turn in document["conversations"][0]["turns"]:
        turn["label"] = label_to_json(PUBLIC)


def stripped(document: Json) -> None:
    del document["conversations"][0]["turns"][0]["label"]


def free_and_unsigned(document: Json) -> None:
    free(document)
    del document["signature"]


def other_words(document: Json) -> None:
    document["conversations"][0]["turns"][1]["parts"][2]["text"] = "other words"


def unsigned(document: Json) -> None:
    del document["signature"]


def with_one_more(document: Json) -> None:
    empty: Json = {**document["conversations"][0], "id": "x", "turns": [], "current_turn": None}
    document["conversations"].append(empty)


def updated(**fields: object) -> Callable[[Json], object]:
    """A change of some fields of a document."""

    def change(document: Json) -> None:
        document.update(fields)

    return change


def all_is_kept(found: ReadExport) -> bool:
    """Whether nothing at all in it may leave, by the word of the import."""
    whole = found.conversations[0].whole
    instructions = instructions_of(whole.card)
    assert instructions is not None
    labels = [
        *(kept.turn.message.label for kept in whole.turns),
        *whole.blob_labels.values(),
        whole.card.label,
        instructions.label,
    ]
    return all(
        (label.sensitivity, label.source, label.reasons) == (Sensitivity.PRIVATE, LabelSource.DECLARED, (UNVERIFIED,))
        for label in labels
    )


@pytest.mark.parametrize(
    "change",
    [
        free,
        stripped,
        free_and_unsigned,
        other_words,
        unsigned,
        updated(signature=None),
        updated(signature="ä" * 64),
        updated(label_version=2),
        updated(more=float("nan")),
        with_one_more,
    ],
)
def test_what_somebody_has_changed_stays_here_whatever_it_says(store: Store, change: Callable[[Json], object]) -> None:
    found = reading(store, changed(store, change))
    assert not found.is_verified
    assert all_is_kept(found)
    assert found.conversations[0].whole.card.wanted_model is None


def test_an_export_of_another_installation_stays_here(store: Store, tmp_path: Path) -> None:
    assert all_is_kept(reading(store, exported(store, OTHER_KEY)))
    with open_store(tmp_path / "fresh.sqlite", None) as fresh:
        assert export_key(fresh) is None
        assert all_is_kept(reading(fresh, exported(store)))


def test_what_a_forged_label_forbids_holds_beside(store: Store) -> None:
    turn = reading(store, exported(store, OTHER_KEY)).conversations[0].whole.turns[3]
    assert turn.turn.message.label.providers == TO_ACME.providers


@pytest.mark.parametrize("field", [("compartments", ["x"]), ("sensitivity", "secret"), ("reasons", None)])
def test_a_label_that_this_version_does_not_know_is_not_believed_though_it_is_signed(
    store: Store, field: tuple[str, object]
) -> None:
    def change(document: Json) -> None:
        document["conversations"][0]["turns"][3]["label"][field[0]] = field[1]

    assert reading(store, signed_anew(store, lambda _: None)).is_verified
    found = reading(store, signed_anew(store, change))
    assert not found.is_verified
    assert all_is_kept(found)
    assert not reading(store, signed_anew(store, lambda document: document.update(label_version=2))).is_verified


def test_a_newer_version_is_said_to_be_one(store: Store) -> None:
    with pytest.raises(Misused, match="by a newer Aspen, as version 2") as caught:
        reading(store, signed_anew(store, lambda document: document.update(version=2)))
    assert "Update Aspen" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON, or it was cut off"),
        (b"# A trip", "not JSON"),
        (b"\xff\xfe\x00\x01", "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (
            b'{"format":"aspen-conversations","version":1,"label_version":1,"signature":"","x":' + DEEP,
            "nested too deeply|is not a list",
        ),
        (b"PK\x03\x04 and more", "unpack it"),
        (b"[]", "a program that is known"),
        (b'{"format":"else"}', "a program that is known"),
        (b'{"format":"aspen-conversations","version":"1"}', "version is no number"),
        (b'{"format":"aspen-conversations","version":true}', "version is no number"),
        (b'{"format":"aspen-conversations","version":1}', "`conversations` is not a list"),
        (b'{"format":"aspen-conversations","version":1,"conversations":[]}', "holds no conversation"),
        (b'{"format":"aspen-conversations","version":1,"conversations":[7]}', "in conversation 1, there is something"),
    ],
)
def test_what_is_no_export_is_one_sentence(store: Store, content: bytes, why: str) -> None:
    make_export_key(store)
    with pytest.raises(Misused, match=f"^fair.json is not an export that can be imported: .*(?:{why}).*\\.$"):
        reading(store, content)


def test_a_file_that_was_cut_off_anywhere_is_refused(store: Store) -> None:
    whole = exported(store)
    for length in range(0, len(whole) - 2, 397):
        with pytest.raises(Misused, match="cut off"):
            reading(store, whole[:length])


def at(*place: str | int, to: object) -> Callable[[Json], object]:
    """A change of one value of a document."""

    def change(document: Json) -> None:
        inside: Any = document
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = to

    return change


TURN = ("conversations", 0, "turns", 1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (at(*TURN, "id", to="c1-1"), "in conversation 1, in turn 2, its id is empty, or there twice"),
        (at(*TURN, "id", to="c1"), "there twice"),
        (at(*TURN, "id", to=7), "`id` is not a text"),
        (at(*TURN, "parent", to="c1-2"), "it follows a turn that is not before it"),
        (at("conversations", 0, "turns", 0, "parent", to="c1-2"), "in turn 1, it follows a turn that is not before it"),
        (at(*TURN, "role", to="root"), "`role` is none"),
        (at(*TURN, "created_at", to="2026-01-01T00:00:00"), "not a time with its zone"),
        (at(*TURN, "created_at", to="0001-01-01T00:00:00+14:00"), "not a time"),
        (at(*TURN, "is_complete", to=1), "neither true nor false"),
        (at(*TURN, "decision", to={"kind": "maybe"}), "`decision` is none"),
        (at(*TURN, "decision", to=[]), "something other than an object|`decision` is none"),
        (at(*TURN, "parts", to={}), "`parts` is not a list"),
        (at(*TURN, "parts", 0, to={"kind": "text", "text": 7}), "no text"),
        (at(*TURN, "parts", 0, to={"kind": "sound", "text": "x"}), "no known kind"),
        (at(*TURN, "parts", 0, to={"kind": "image", "media_type": "x", "sha256": "0"}), "what it names is missing"),
        (at("conversations", 0, "current_turn", to="nowhere"), "its current turn is not among its turns"),
        (at("conversations", 0, "title", to=None), "`title` is not a text"),
        (at("conversations", 0, "instructions", to="Be brief"), "something other than an object"),
        (at("conversations", 0, "attachments", 0, "base64", to="?"), "in attachment 1, `base64` is not base64"),
        (at("conversations", 0, "attachments", 0, "base64", to="AAAA"), "do not have the SHA-256"),
    ],
)
def test_a_field_that_cannot_be_is_named(store: Store, change: Callable[[Json], object], why: str) -> None:
    for content in (changed(store, change), signed_anew(store, change)):
        with pytest.raises(Misused, match=why) as caught:
            reading(store, content)
        assert caught.value.hint.startswith("Nothing was imported.")


def test_a_clock_that_was_wrong_and_a_title_without_end_are_cut_to_size(store: Store) -> None:
    def change(document: Json) -> None:
        conversation = document["conversations"][0]
        conversation.update(changed_at="9999-12-31T23:59:59+00:00", created_at="1066-10-14T09:00:00+00:00")
        conversation["title"] = " long\n\t" * 1000

    card = reading(store, changed(store, change)).conversations[0].whole.card
    assert (card.changed_at, card.created_at) == (NOW, datetime(1970, 1, 1, tzinfo=UTC))
    assert card.changed_at - card.created_at > timedelta(0)
    assert (card.title[:9], len(card.title)) == ("long long", 200)

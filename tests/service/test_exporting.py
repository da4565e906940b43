"""Conversations out of a store and in again: pieces that hold up nobody, the file's label, and labels that last."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import DoesNotFit, Misused, NotFound
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Image
from aspen.privacy.path_rules import label_of_path
from aspen.service.commands import VERBS
from aspen.service.export_reading import LARGEST_IMPORT_BYTES
from aspen.service.exported_paths import EXPORTED
from aspen.service.resuming import instructions_of
from aspen.settings import Folders, Settings
from aspen.store.path_facts import declarations_of, facts_of_path
from aspen.store.store import Store, open_store
from aspen.workspace import Workspace
from fakes.scripted_host import ScriptedHost
from fakes.turns import turn_of
from fakes.whole_conversations import KEPT, PICTURE, TO_ACME, fill

Frame = dict[str, Any]
STAYS_HERE = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A store in a workspace whose host starts nothing, and a folder for files."""

    workspace: Workspace
    store: Store
    folder: Path

    async def run(self, verb: str, **arguments: object) -> list[Frame]:
        return [frame async for frame in VERBS[verb](self.workspace, arguments)]

    async def export(self, path: Path, words: str | None = None, form: str = "json") -> Frame:
        """As the command line does: write the pieces beside, and put them in place."""
        draft = path.with_suffix(".part")
        draft.touch()
        *pieces, last = await self.run("export_conversations", words=words, form=form, path=str(path), draft=str(draft))
        draft.write_text("".join(frame["text"] for frame in pieces), "utf-8")
        assert self.label_of(draft).sensitivity is Sensitivity.PRIVATE
        draft.replace(path)
        await self.run("forget_label", path=str(draft))
        return last["result"]

    async def bring_in(self, path: Path) -> Frame:
        (frame,) = await self.run("import_conversations", path=str(path))
        return frame["result"]

    def label_of(self, path: Path) -> Label:
        declared = self.store.declared_paths()
        return label_of_path(facts_of_path(path, declared), declared)

    def say(self, path: Path, label: Label) -> None:
        self.store.path_labels.declare(*declarations_of(path, label))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    folders = Folders(data=tmp_path / "d", config=tmp_path / "c", state=tmp_path / "s", cache=tmp_path / "a")
    (tmp_path / "files").mkdir()
    with open_store(folders.store, None) as store:
        workspace = Workspace.build(folders, Settings(), ScriptedHost())

        async def opened() -> Store:
            return store

        async def begin() -> None:
            workspace.memory = asyncio.create_task(opened())
            await workspace.memory

        asyncio.run(begin())
        yield Place(workspace=workspace, store=store, folder=tmp_path / "files")


def test_a_conversation_comes_back_beside_itself_with_its_labels(place: Place) -> None:
    fill(place.store)
    path = place.folder / "fair.json"
    told = asyncio.run(place.export(path, "fair"))
    assert (told["conversations"], told["turns"], told["word"]) == (1, 4, "stays-here")
    came = asyncio.run(place.bring_in(path))
    assert (came["is_verified"], came["place_reasons"]) == (True, [])
    (card,) = came["conversations"]
    assert card["conversation"] != "c1"
    again, before = place.store.turns.tree(card["conversation"]), place.store.turns.tree("c1")
    assert [kept.turn.message for kept in again] == [kept.turn.message for kept in before]
    assert len(place.store.turns.path(card["conversation"])) == 2
    assert place.store.conversations.card("c1").turn_count == 4


def test_all_conversations_but_the_deleted_ones_go_into_one_file(place: Place) -> None:
    with pytest.raises(NotFound, match="no conversation to export"):
        asyncio.run(place.export(place.folder / "all.json"))
    for conversation_id in ("a", "b", "c"):
        fill(place.store, conversation_id)
    place.store.conversations.delete("b")
    told = asyncio.run(place.export(place.folder / "all.json"))
    assert told["conversations"] == 2
    came = asyncio.run(place.bring_in(place.folder / "all.json"))
    assert len(came["conversations"]) == 2
    assert len(place.store.conversations.newest()) == 4


@pytest.mark.parametrize(
    ("words", "said", "expected"),
    [
        (KEPT, None, (Sensitivity.PRIVATE, LabelSource.DECLARED)),
        (KEPT, PUBLIC, (Sensitivity.PRIVATE, LabelSource.DECLARED)),
        (UNSET, None, (Sensitivity.PRIVATE, LabelSource.UNSET)),
        (UNSET, PUBLIC, (Sensitivity.PRIVATE, LabelSource.UNSET)),
        (PUBLIC, None, (Sensitivity.PRIVATE, LabelSource.UNSET)),
        (PUBLIC, PUBLIC, (Sensitivity.PUBLIC, LabelSource.DECLARED)),
        (PUBLIC, STAYS_HERE, (Sensitivity.PRIVATE, LabelSource.DECLARED)),
    ],
)
def test_the_file_has_the_label_of_its_words_and_is_no_laxer_than_its_folder(
    place: Place, words: Label, said: Label | None, expected: tuple[Sensitivity, LabelSource]
) -> None:
    place.store.conversations.create("fair", conversation_id="c")
    place.store.turns.save("c", turn_of("t", label=words))
    if said is not None:
        place.say(place.folder, said)
    path = place.folder / "fair.md"
    asyncio.run(place.export(path, "fair", "markdown"))
    label = place.label_of(path)
    assert (label.sensitivity, label.source) == expected


def test_the_file_goes_no_further_than_the_providers_of_its_words(place: Place) -> None:
    place.store.conversations.create("fair", conversation_id="c")
    place.store.turns.save("c", turn_of("t", label=TO_ACME))
    place.say(place.folder, PUBLIC)
    asyncio.run(place.export(place.folder / "fair.json", "fair"))
    assert place.label_of(place.folder / "fair.json").providers == frozenset({"acme"})


def test_the_file_is_known_again_when_it_is_moved(place: Place) -> None:
    fill(place.store)
    path = place.folder / "fair.json"
    asyncio.run(place.export(path, "fair"))
    free = place.folder / "free"
    free.mkdir()
    place.say(free, PUBLIC)
    assert place.label_of(path.rename(free / "fair.json")).sensitivity is Sensitivity.PRIVATE


def test_the_path_has_its_label_before_anything_is_there(place: Place) -> None:
    fill(place.store)
    path, draft = place.folder / "fair.json", place.folder / "draft"
    draft.touch()
    asyncio.run(place.run("export_conversations", words="fair", form="json", path=str(path), draft=str(draft)))
    assert not path.exists()
    assert place.label_of(path).sensitivity is Sensitivity.PRIVATE
    assert place.label_of(path).source is LabelSource.DECLARED


def test_writing_over_a_file_never_makes_what_a_person_said_of_it_laxer(place: Place) -> None:
    place.store.conversations.create("fair", conversation_id="c")
    place.store.turns.save("c", turn_of("t", label=PUBLIC))
    path = place.folder / "fair.json"
    path.touch()
    place.say(path, STAYS_HERE)
    asyncio.run(place.export(path, "fair"))
    assert place.label_of(path).sensitivity is Sensitivity.PRIVATE
    came = asyncio.run(place.bring_in(path))
    assert came["conversations"][0]["turn_count"] == 1
    assert _labels(place, came) == [Sensitivity.PRIVATE]


def test_the_label_that_the_export_gave_its_file_does_not_come_back_on_other_words(place: Place) -> None:
    place.store.conversations.create("free", conversation_id="f")
    place.store.turns.save("f", turn_of("t", label=PUBLIC))
    fill(place.store)
    path = place.folder / "all.json"
    asyncio.run(place.export(path))
    assert EXPORTED in str(place.label_of(path).reasons)
    asyncio.run(place.export(path))  # over it, which must not make a person's word of our own
    came = asyncio.run(place.bring_in(path))
    labels = {card["title"]: [each.sensitivity for each in _turn_labels(place, card)] for card in came["conversations"]}
    assert labels["free"] == [Sensitivity.PUBLIC]


def test_what_lies_where_everything_stays_here_stays_here_when_it_is_imported(place: Place) -> None:
    place.store.conversations.create("fair", conversation_id="c", label=PUBLIC)
    place.store.turns.save("c", turn_of("t", label=PUBLIC, parts=(PICTURE,)))
    path = place.folder / "fair.json"
    asyncio.run(place.export(path, "fair"))
    place.say(place.folder, STAYS_HERE)
    came = asyncio.run(place.bring_in(path))
    assert came["is_verified"]
    assert "stays on this computer" in came["place_reasons"][0]
    assert (came["conversations"][0]["word"], _labels(place, came)) == ("stays-here", [Sensitivity.PRIVATE])


def test_what_another_program_exported_stays_here_whatever_its_form(place: Place) -> None:
    path = place.folder / "conversations.json"
    nodes = {
        "q": {"message": {"author": {"role": "user"}, "content": {"parts": ["Two and two?"]}}},
        "a": {"parent": "q", "message": {"author": {"role": "assistant"}, "content": {"parts": ["Four."]}}},
    }
    path.write_text(json.dumps([{"title": "Sums", "mapping": nodes, "current_node": "a"}]), "utf-8")
    came = asyncio.run(place.bring_in(path))
    assert (came["program"], came["is_verified"], came["left_out"]) == ("ChatGPT", False, {})
    assert [card["title"] for card in came["conversations"]] == ["Sums"]
    assert _labels(place, came) == [Sensitivity.PRIVATE, Sensitivity.PRIVATE]


def test_an_old_export_does_not_undo_a_stricter_word_that_was_said_since(place: Place) -> None:
    place.store.conversations.create("fair", conversation_id="c", label=PUBLIC)
    place.store.turns.save("c", turn_of("t", label=PUBLIC))
    path = place.folder / "fair.json"
    asyncio.run(place.export(path, "fair"))
    place.store.turns.declare_label("t", STAYS_HERE)
    place.store.conversations.set_label("c", STAYS_HERE)
    place.store.conversations.delete("c")
    came = asyncio.run(place.bring_in(path))
    assert (came["conversations"][0]["word"], _labels(place, came)) == ("stays-here", [Sensitivity.PRIVATE])


def test_instructions_come_back_with_their_label(place: Place) -> None:
    fill(place.store)
    path = place.folder / "fair.json"
    asyncio.run(place.export(path, "fair"))
    card = place.store.conversations.card(asyncio.run(place.bring_in(path))["conversations"][0]["conversation"])
    assert instructions_of(card) == instructions_of(place.store.conversations.card("c1"))


def test_nothing_is_imported_of_a_file_with_one_bad_turn(place: Place) -> None:
    fill(place.store)
    path = place.folder / "fair.json"
    asyncio.run(place.export(path, "fair"))
    document = json.loads(path.read_text("utf-8"))
    document["conversations"].append({**document["conversations"][0], "id": "second"})
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(Misused, match="in conversation 2, in turn 1"):
        asyncio.run(place.bring_in(path))
    assert len(place.store.conversations.newest()) == 1


def test_what_is_no_file_or_too_large_is_refused_unread(place: Place) -> None:
    path = place.folder / "huge.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_IMPORT_BYTES + 1)
    with pytest.raises(DoesNotFit, match="larger than 256 MiB"):
        asyncio.run(place.bring_in(path))
    os.mkfifo(place.folder / "pipe")
    with pytest.raises(Misused, match="not a file"):
        asyncio.run(place.bring_in(place.folder / "pipe"))
    with pytest.raises(NotFound):
        asyncio.run(place.bring_in(place.folder / "nothing.json"))


@pytest.mark.parametrize("arguments", [{"form": "xml"}, {"words": 7}, {"path": "fair.json"}, {"draft": "/nowhere/x"}])
def test_arguments_that_cannot_be_are_refused_before_anything_is_said_of_a_path(place: Place, arguments: Frame) -> None:
    fill(place.store)
    draft = place.folder / "draft"
    draft.touch()
    told = {"words": "fair", "form": "json", "path": str(place.folder / "a.json"), "draft": str(draft), **arguments}
    with pytest.raises((Misused, NotFound)):
        asyncio.run(place.run("export_conversations", **told))
    assert place.store.path_labels.all() == ()


def test_others_are_answered_while_much_is_exported(place: Place) -> None:
    _fill_much(place.store)

    async def longest_work() -> float:
        """What this thread computes at a stretch: how long it waits is the whole machine's affair."""
        exporting = asyncio.ensure_future(place.export(place.folder / "much.json"))
        longest, last = 0.0, time.thread_time()
        while not exporting.done():
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()
        assert (await exporting)["conversations"] == 20
        return longest

    began = time.process_time()
    longest = asyncio.run(longest_work())
    assert longest < (time.process_time() - began) / 2


def test_an_export_that_nobody_waits_for_ends_with_its_thread(place: Place) -> None:
    _fill_much(place.store)
    draft = place.folder / "draft"
    draft.touch()

    async def look_and_leave() -> Frame:
        told = {"words": None, "form": "json", "path": str(place.folder / "a.json"), "draft": str(draft)}
        frames = VERBS["export_conversations"](place.workspace, told)
        first = await anext(frames)
        await frames.aclose()
        return first

    assert asyncio.run(look_and_leave())["event"] == "piece"
    assert [each.path for each in place.store.path_labels.all()] == [str(draft)]


def _fill_much(store: Store) -> None:
    for number in range(20):
        store.conversations.create("much", conversation_id=f"m{number}")
        picture = Image(media_type="image/png", encoded=os.urandom(1 << 20))
        save = partial(store.turns.save, f"m{number}")
        save(turn_of(f"m{number}-0", words="words " * 1000, parts=(picture,)))
        save(turn_of(f"m{number}-1", f"m{number}-0", words="words " * 1000))


def _turn_labels(place: Place, card: Frame) -> list[Label]:
    return [kept.turn.message.label for kept in place.store.turns.tree(card["conversation"])]


def _labels(place: Place, came: Frame) -> list[Sensitivity]:
    return [label.sensitivity for card in came["conversations"] for label in _turn_labels(place, card)]

"""What goes into a request and how far it may travel: labels of words, files and places, and who may be asked about."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aspen.core.conversation import Turn
from aspen.core.egress import Hint
from aspen.core.errors import DoesNotFit, Misused, NotFound
from aspen.core.label import UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import File, Image, Message, Role, Text
from aspen.documents.citing import INSTRUCTION, numbered_whole
from aspen.documents.document import Document, DocumentKind
from aspen.privacy.detection.own_words import checked_words
from aspen.privacy.words import declared_label
from aspen.service.ask_arguments import read_ask
from aspen.service.attachments import Attachments, Located, ReadFile
from aspen.service.gathering import Gathered, Surroundings, gather, surroundings_of, text_of
from aspen.store.path_facts import declarations_of
from aspen.store.projects import Project
from aspen.store.store import Store, open_store
from aspen.store.turns import KeptTurn

SECRET = "the key is AKIA" + "QYLPMN5HHHFPZAM2"
CARD = "4012 8888 8888 1881"
PHONE = "Call +49 30 12345678 before noon."
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(8)).decode()
HERE, MINE, LEAVES = (declared_label(word) for word in ("stays-here", "my-servers", "may-leave"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two of its own: one to keep things in, one for the rest."""
    for name in ("cases", "fair"):
        (tmp_path / name).mkdir()
    (tmp_path / "cases" / "notes.txt").write_text("Smith v. Jones", "utf-8")
    (tmp_path / "fair" / "plan.txt").write_text("Cake and tombola", "utf-8")
    return tmp_path


def _gathered(around: Surroundings | None = None, *, is_named: bool = True, **asked: Any) -> Gathered:
    arguments = {"messages": [{"role": "user", "content": "Hello"}], **asked}
    return gather(read_ask(arguments), around or Surroundings(), is_named=is_named)


def _said(path: Path, label: Label) -> Surroundings:
    return Surroundings(declared=declarations_of(path, label))


def _meaning(label: Label) -> tuple[Sensitivity, LabelSource]:
    return label.sensitivity, label.source


# Words just typed.


def test_words_that_nobody_said_anything_of_are_unset_and_may_be_asked_about_when_a_model_was_named() -> None:
    named, auto = _gathered(), _gathered(is_named=False)
    assert named.label == auto.label == UNSET
    assert (named.origin.is_named, auto.origin.is_named) == (True, False)
    assert named.label_without_files is None


@pytest.mark.parametrize(("word", "expected"), [("stays-here", 2), ("my-servers", 1), ("may-leave", 0)])
def test_what_a_person_says_of_a_prompt_is_its_label(word: str, expected: int) -> None:
    label = _gathered(label=word).label
    assert _meaning(label) == (Sensitivity(expected), LabelSource.DECLARED)
    assert label.reasons == ("You said so for these words",)


@pytest.mark.parametrize("label", [HERE, MINE, LEAVES], ids=["stays", "mine", "leaves"])
def test_words_take_the_label_of_the_folder_they_are_typed_in(folder: Path, label: Label) -> None:
    gathered = _gathered(_said(folder / "cases", label), folder=str(folder / "cases"))
    assert _meaning(gathered.label) == _meaning(label)


def test_words_typed_elsewhere_do_not(folder: Path) -> None:
    assert _gathered(_said(folder / "cases", HERE), folder=str(folder / "fair")).label == UNSET


@pytest.mark.parametrize("word", ["my-servers", "may-leave"])
def test_a_folder_that_stays_here_cannot_be_declared_away_for_one_prompt(folder: Path, word: str) -> None:
    gathered = _gathered(_said(folder / "cases", HERE), folder=str(folder / "cases"), label=word)
    assert _meaning(gathered.label) == (Sensitivity.PRIVATE, LabelSource.DECLARED)


def test_a_laxer_folder_gives_way_to_what_is_said_of_the_prompt(folder: Path) -> None:
    gathered = _gathered(_said(folder / "fair", LEAVES), folder=str(folder / "fair"), label="stays-here")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE


def test_a_folder_reached_through_a_link_keeps_its_label(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "cases")
    gathered = _gathered(_said(folder / "cases", HERE), folder=str(folder / "link"), label="may-leave")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE


# Files and pictures.


def test_a_file_goes_before_the_words_and_makes_everything_as_private_as_it_is(folder: Path) -> None:
    notes = folder / "cases" / "notes.txt"
    gathered = _gathered(_said(folder / "cases", HERE), files=[str(notes)], label="may-leave")
    (message,) = gathered.messages
    assert message.parts == (File(name="notes.txt", text="Smith v. Jones"), Text(text="Hello"))
    assert _meaning(gathered.label) == (Sensitivity.PRIVATE, LabelSource.DECLARED)
    assert "notes.txt stays on this computer" in gathered.label.reasons[0]
    assert gathered.origin.paths == (str(notes),)
    assert gathered.label_without_files is not None
    assert gathered.label_without_files.sensitivity is Sensitivity.PUBLIC


def test_a_file_that_nobody_said_anything_of_ends_the_exception_for_typed_words(folder: Path) -> None:
    gathered = _gathered(files=[str(folder / "fair" / "plan.txt")])
    assert _meaning(gathered.label) == _meaning(UNSET)
    assert not gathered.origin.is_named


def test_a_file_that_may_leave_does_not_let_typed_words_leave_with_it(folder: Path) -> None:
    gathered = _gathered(_said(folder / "fair", LEAVES), files=[str(folder / "fair" / "plan.txt")])
    assert _meaning(gathered.label) == _meaning(UNSET)
    assert gathered.origin.is_named  # the words were typed just now, and a person is asked


def test_a_file_allowed_to_one_provider_is_allowed_to_no_other(folder: Path) -> None:
    allowed = replace(LEAVES, providers=frozenset({"acme"}))
    around = _said(folder / "fair", allowed)
    gathered = _gathered(around, files=[str(folder / "fair" / "plan.txt")], label="may-leave")
    assert (gathered.label.allows("acme"), gathered.label.allows("other")) == (True, False)


def test_links_into_a_folder_that_stays_here_change_nothing(folder: Path) -> None:
    notes = folder / "cases" / "notes.txt"
    (folder / "fair" / "soft.txt").symlink_to(notes)
    (folder / "fair" / "hard.txt").hardlink_to(notes)
    declared = (*declarations_of(folder / "cases", HERE), *declarations_of(folder / "fair", LEAVES))
    for name in ("soft.txt", "hard.txt"):
        path = str(folder / "fair" / name)
        label = _gathered(Surroundings(declared=declared), files=[path], label="may-leave").label
        assert label.sensitivity is Sensitivity.PRIVATE, name


def test_a_picture_is_labelled_by_its_file_and_is_not_read(folder: Path) -> None:
    picture = folder / "cases" / "scan.png"
    picture.write_bytes(b"\xff\xfe no text")
    message = {"role": "user", "content": "What is this?", "images": [{"data": PICTURE, "media_type": "image/png"}]}
    asked: dict[str, Any] = {"messages": [message], "pictures": [str(picture)]}
    kept = _gathered(_said(folder / "cases", HERE), **asked, label="may-leave")
    assert kept.label.sensitivity is Sensitivity.PRIVATE
    assert kept.origin.paths == (str(picture),)
    assert any(isinstance(part, Image) for part in kept.messages[0].parts)
    assert not _gathered(**asked).origin.is_named
    assert _gathered(_said(folder / "cases", LEAVES), **asked).origin.is_named


def test_a_picture_that_comes_without_its_file_was_not_typed() -> None:
    message = {"role": "user", "content": "What is this?", "images": [{"data": PICTURE, "media_type": "image/png"}]}
    assert not _gathered(messages=[message]).origin.is_named


@pytest.mark.parametrize(
    ("content", "error"), [(b"\xff\xfe", Misused), (None, NotFound), (b"x" * ((64 << 20) + 1), DoesNotFit)]
)
def test_a_file_that_cannot_be_read_is_an_error_and_not_left_out(
    folder: Path, content: bytes | None, error: type[Exception]
) -> None:
    path = folder / "file.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=r"file\.txt"):
        _gathered(files=[str(path)])


# What was not typed just now.


@pytest.mark.parametrize(
    "asked",
    [
        {"is_piped": True},
        {"tools": [{"type": "function", "function": {"name": "look"}}]},
        {"messages": [{"role": "assistant", "content": "Hm."}, {"role": "user", "content": "Hello"}]},
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "tool", "tool_call_id": "1", "content": "42"}]},
    ],
    ids=["a pipe", "tools", "an answer that a client holds", "a tool's result"],
)
def test_the_exception_is_for_words_typed_just_now_and_for_nothing_else(asked: dict[str, Any]) -> None:
    gathered = _gathered(**asked)
    assert gathered.label == UNSET
    assert not gathered.origin.is_named


def test_a_system_prompt_that_is_typed_goes_first_and_counts_as_typed() -> None:
    before = Message.of_text(Role.USER, "Earlier", LEAVES)
    messages = [{"role": "user", "content": "Hello"}, {"role": "system", "content": "Be brief."}]
    gathered = _gathered(Surroundings(history=(before,)), messages=messages)
    assert [message.role for message in gathered.messages] == [Role.SYSTEM, Role.USER, Role.USER]
    assert gathered.messages[1] is before
    assert gathered.origin.is_named
    assert len(gathered.said) == 2


def test_history_keeps_its_labels_and_joins_them(folder: Path) -> None:
    del folder
    history = (Message.of_text(Role.USER, "About Smith", HERE), Message.of_text(Role.ASSISTANT, "Yes", HERE))
    gathered = _gathered(Surroundings(history=history), label="may-leave")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE
    assert [message.label for message in gathered.messages[:2]] == [HERE, HERE]


def test_unset_history_ends_the_exception_and_labelled_history_does_not() -> None:
    unset, leaves = (Message.of_text(Role.USER, "Earlier", label) for label in (UNSET, LEAVES))
    assert not _gathered(Surroundings(history=(unset,))).origin.is_named
    assert _gathered(Surroundings(history=(leaves,))).origin.is_named


# Detectors.


@pytest.mark.parametrize("text", [SECRET, f"Pay with {CARD}."], ids=["a secret", "a card"])
def test_a_detector_makes_declared_words_stricter_and_says_what_it_saw(text: str) -> None:
    gathered = _gathered(messages=[{"role": "user", "content": text}], label="may-leave")
    assert _meaning(gathered.label) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
    assert gathered.label.reasons[0].startswith("Your message: what looks like ")
    assert CARD not in gathered.label.reasons[0]


def test_a_detector_reads_files_by_their_names_and_lines(folder: Path) -> None:
    plan = folder / "fair" / "plan.txt"
    plan.write_text(f"Cake\n{SECRET}\nTombola\n", "utf-8")
    gathered = _gathered(_said(folder / "fair", LEAVES), files=[str(plan)], label="may-leave")
    assert _meaning(gathered.label) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
    assert gathered.label.reasons[0].startswith("plan.txt line 2: what looks like ")
    assert gathered.label_without_files is not None
    assert gathered.label_without_files.sensitivity is Sensitivity.PUBLIC


HIDDEN: dict[str, dict[str, Any]] = {
    "the system prompt": {"messages": [{"role": "system", "content": SECRET}, {"role": "user", "content": "Hi"}]},
    "a tool's result": {"messages": [{"role": "tool", "tool_call_id": "1", "content": SECRET}]},
    "the arguments of a call": {
        "messages": [
            {
                "role": "assistant",
                "content": "Well",
                "tool_calls": [{"id": "1", "function": {"name": "pay", "arguments": f'{{"text": "{SECRET}"}}'}}],
            },
            {"role": "user", "content": "Go on"},
        ]
    },
    "a thought": {
        "messages": [
            {"role": "assistant", "content": "Hm", "reasoning_content": SECRET},
            {"role": "user", "content": "x"},
        ]
    },
    "the schema": {"schema": {"type": "object", "description": SECRET}},
    "a tool's description": {"tools": [{"type": "function", "function": {"name": "look", "description": SECRET}}]},
}


@pytest.mark.parametrize("asked", HIDDEN.values(), ids=HIDDEN)
def test_a_detector_reads_everything_that_goes_along(asked: dict[str, Any]) -> None:
    label = _gathered(**asked, label="may-leave").label
    assert _meaning(label) == (Sensitivity.PRIVATE, LabelSource.DETECTED)


def test_what_is_only_to_be_shown_is_a_hint_and_no_label() -> None:
    gathered = _gathered(messages=[{"role": "user", "content": PHONE}], label="may-leave")
    assert gathered.label.sensitivity is Sensitivity.PUBLIC
    assert gathered.hints == (Hint(kind="phone number", count=1),)


def test_words_of_the_user_s_own_stay_here() -> None:
    own = checked_words(("Bluebird",), ())
    gathered = _gathered(
        Surroundings(own_words=own), messages=[{"role": "user", "content": "About BLUEBIRD"}], label="may-leave"
    )
    assert gathered.label.sensitivity is Sensitivity.PRIVATE
    assert gathered.label.reasons == ("Your message: a word that you keep here",)


# Looking up the place.


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store.sqlite", None)


def _ask(**asked: Any) -> Any:
    return read_ask({"messages": [{"role": "user", "content": "Hello"}], **asked})


def test_a_project_s_answer_is_the_label_of_what_is_typed_and_put_there(folder: Path, store: Store) -> None:
    with store:
        store.projects.keep(Project(folder=str(folder / "cases"), name="cases", label=HERE))
        asked = _ask(folder=str(folder / "cases"), label="may-leave")
        around = surroundings_of(asked, store, folder)
        assert around.project is not None
        gathered = gather(asked, around, is_named=True)
        assert gathered.origin.project == "cases"
        assert gathered.label.sensitivity is Sensitivity.PRIVATE
        inside = _ask(files=[str(folder / "cases" / "notes.txt")], label="may-leave")
        assert gather(inside, surroundings_of(inside, store, folder), is_named=True).label.sensitivity == 2


def test_a_conversation_s_label_is_the_label_of_what_is_typed_in_it(folder: Path, store: Store) -> None:
    with store:
        store.conversations.create("Cases", conversation_id="kept", label=HERE)
        store.conversations.create("Fair", conversation_id="open", label=LEAVES)
        for conversation, word, expected in (("kept", "may-leave", 2), ("open", None, 0), ("open", "stays-here", 2)):
            asked = _ask(conversation=conversation, **({"label": word} if word else {}))
            gathered = gather(asked, surroundings_of(asked, store, folder), is_named=True)
            assert gathered.label.sensitivity == expected, (conversation, word)
            assert gathered.origin.conversation_id == conversation


def test_history_is_the_path_to_the_turn_that_is_answered(folder: Path, store: Store) -> None:
    with store:
        store.conversations.create("Fair", conversation_id="c")
        for number, parent in ((1, None), (2, "1"), (3, "1")):
            message = Message.of_text(Role.USER, f"turn {number}", LEAVES)
            turn = Turn(
                turn_id=str(number),
                parent_id=parent,
                message=message,
                decision_id=None,
                created_at=datetime(2030, 1, number, tzinfo=UTC),
            )
            store.turns.save("c", KeptTurn(turn=turn, decision=None, is_complete=True))
        told = [
            [message.text for message in surroundings_of(_ask(conversation="c", parent=parent), store, folder).history]
            for parent in ("2", "3", "1", "")
        ]
        assert told == [["turn 1", "turn 2"], ["turn 1", "turn 3"], ["turn 1"], []]
        with pytest.raises(NotFound):
            surroundings_of(_ask(conversation="no such"), store, folder)
        with pytest.raises(NotFound):
            surroundings_of(_ask(conversation="c", parent="9"), store, folder)


def test_a_title_is_made_of_what_was_typed_last() -> None:
    typed = Message(role=Role.USER, parts=(File(name="a.txt", text="file"), Text(text="Summarise")))
    assert text_of([Message.of_text(Role.USER, "First"), typed]) == "Summarise"
    assert text_of([]) == ""


def test_a_pipe_among_the_files_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(Misused, match="pipe is not a file"):
        _gathered(files=[str(folder / "pipe")])


# What was read of documents and folders.


def _read(*paths: Path) -> Attachments:
    source = numbered_whole("plan.txt", Document(text="Cake and tombola", kind=DocumentKind.TEXT))[0]
    known = [path.stat() for path in paths]
    files = [
        ReadFile(path=path, device=each.st_dev, inode=each.st_ino) for path, each in zip(paths, known, strict=True)
    ]
    located = tuple(Located(source=source, path=path) for path in paths)
    return Attachments(handled=frozenset(paths), files=tuple(files), located=located)


def test_a_passage_goes_before_the_words_with_the_label_of_its_file(folder: Path) -> None:
    notes = folder / "cases" / "notes.txt"
    around = replace(_said(folder / "cases", HERE), attachments=_read(notes))
    gathered = _gathered(around, files=[str(notes)], label="may-leave")
    (message,) = gathered.messages
    passage = File(name="plan.txt", text="[1] lines 1-1\nCake and tombola")
    assert message.parts == (passage, Text(text=INSTRUCTION), Text(text="Hello"))
    assert _meaning(gathered.label) == (Sensitivity.PRIVATE, LabelSource.DECLARED)
    assert gathered.origin.paths == (str(notes),)


def test_a_file_that_was_replaced_after_it_was_read_stays_here(folder: Path) -> None:
    plan, other = folder / "fair" / "plan.txt", folder / "fair" / "other.txt"
    around = replace(_said(folder / "fair", LEAVES), attachments=_read(plan))
    assert _gathered(around, files=[str(plan)], label="may-leave").label.sensitivity is Sensitivity.PUBLIC
    other.write_text("Something else", "utf-8")
    other.rename(plan)
    gathered = _gathered(around, files=[str(plan)], label="may-leave")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE
    assert any("replaced after it was read" in reason for reason in gathered.label.reasons)


def test_a_folder_that_stays_here_keeps_what_was_found_in_it(folder: Path) -> None:
    attached = replace(_read(folder / "fair" / "plan.txt"), folders=(folder / "cases",))
    declared = (*declarations_of(folder / "fair", LEAVES), *declarations_of(folder / "cases", HERE))
    around = Surroundings(declared=declared, attachments=attached)
    gathered = _gathered(around, files=[], label="may-leave")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE
    assert gathered.origin.paths == (str(folder / "fair" / "plan.txt"),)


def test_a_secret_in_a_passage_is_found_by_its_place(folder: Path) -> None:
    source = numbered_whole("plan.txt", Document(text=SECRET, kind=DocumentKind.TEXT))[0]
    attached = Attachments(located=(Located(source=source, path=folder / "fair" / "plan.txt"),))
    gathered = _gathered(Surroundings(attachments=attached), label="may-leave")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE
    assert any(reason.startswith("plan.txt:1") for reason in gathered.label.reasons)

"""What a project brings to a question: instructions under its own label, its model, and its folder for what follows."""

from __future__ import annotations

from pathlib import Path

from aspen.core.label import UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.service.ask_arguments import AskArguments, read_ask
from aspen.service.gathering import gather
from aspen.service.in_project import in_its_project, with_one_system, with_project
from aspen.service.resuming import enter_conversation
from aspen.store.projects import Project
from aspen.store.store import Store, open_store
from fakes.service_home import ServiceHome, question

_PUBLIC = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED)
_PRIVATE = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)


def _store(tmp_path: Path, label: Label, *, instructions: str = "", default_model: str | None = None) -> Store:
    store = open_store(tmp_path / "store.sqlite", None)
    (tmp_path / "work").mkdir()
    folder = str(tmp_path / "work")
    project = Project(folder=folder, name="work", label=label, instructions=instructions, default_model=default_model)
    store.projects.keep(project)
    return store


def _asked(tmp_path: Path, **more: object) -> AskArguments:
    return read_ask(question("Hello.", folder=str(tmp_path / "work"), **more))


def test_instructions_stand_before_the_question_under_the_label_of_the_project(tmp_path: Path) -> None:
    store = _store(tmp_path, _PRIVATE, instructions="Answer in verse.")
    asked = in_its_project(_asked(tmp_path), store)
    entered = with_project(enter_conversation(asked, store, tmp_path))
    gathered = gather(entered.asked, entered.around, is_named=True)
    assert next((each.role, each.text) for each in gathered.messages) == (Role.SYSTEM, "Answer in verse.")
    assert gathered.label.sensitivity is Sensitivity.PRIVATE


def test_instructions_of_a_project_of_which_nothing_was_said_are_not_words_just_typed(tmp_path: Path) -> None:
    store = _store(tmp_path, UNSET, instructions="Answer in verse.")
    asked = _asked(tmp_path)
    without = enter_conversation(asked, store, tmp_path)
    assert gather(without.asked, without.around, is_named=True).origin.is_named
    entered = with_project(without)
    assert not gather(entered.asked, entered.around, is_named=True).origin.is_named


def test_two_kinds_of_instructions_become_one_message_that_travels_no_further_than_either() -> None:
    messages = (
        Message.of_text(Role.SYSTEM, "One.", _PUBLIC),
        Message.of_text(Role.SYSTEM, "Two.", _PRIVATE),
        Message.of_text(Role.USER, "Three.", _PUBLIC),
    )
    joined = with_one_system(messages)
    assert [(each.role, each.text) for each in joined] == [(Role.SYSTEM, "One.\n\nTwo."), (Role.USER, "Three.")]
    assert joined[0].label.sensitivity is Sensitivity.PRIVATE
    assert with_one_system(messages[1:]) == messages[1:]


def test_the_project_s_model_answers_where_nobody_is_named(tmp_path: Path) -> None:
    store = _store(tmp_path, UNSET, default_model="mine")
    assert in_its_project(_asked(tmp_path), store).model == "mine"
    assert in_its_project(_asked(tmp_path, model="auto"), store).model == "mine"
    assert in_its_project(_asked(tmp_path, model="other"), store).model == "other"


def test_a_conversation_that_began_in_a_project_stays_in_it(starter_home: ServiceHome) -> None:
    folder = starter_home.root / "work"
    folder.mkdir()
    starter_home.run("ps")
    starter_home.call("set_project", folder=str(folder), answer="stays-here", instructions="Answer in one word.")
    short = {"answer_tokens": 2, "temperature": 0}
    first = starter_home.call("ask", **question("Hello.", conversation="new", folder=str(folder), options=short))
    without = starter_home.call("ask", **question("Hello.", options=short))
    assert first["usage"]["prompt_tokens"] != without["usage"]["prompt_tokens"]
    again = starter_home.call("ask", **question("Hello.", conversation=first["conversation"], options=short))
    view = starter_home.call("conversation", conversation=again["conversation"])
    assert view["project"] == str(folder)
    words = [turn["word"] for turn in view["turns"] if turn["role"] == "user"]
    assert words == ["stays-here", "stays-here"]
    assert view["system"] is None

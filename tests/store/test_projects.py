"""Projects: folders with an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from aspen.core.errors import NotFound
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.store.projects import Project
from aspen.store.store import Store
from fakes.fixed_clock import FixedClock

STAYS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)


def test_a_project_comes_back_with_its_answer(store: Store, clock: FixedClock) -> None:
    project = Project(
        folder="/projects/fair",
        name="Fair",
        label=PUBLIC,
        default_model="auto",
        instructions="Be brief.",
        asked_at=clock.now(),
        device=2**64 - 1,
        inode=5,
    )
    kept = store.projects.keep(project)
    assert kept.project_id > 0
    assert store.projects.by_id(kept.project_id) == kept
    assert store.projects.all() == (kept,)


def test_a_folder_has_one_project_and_keeps_its_number(store: Store) -> None:
    first = store.projects.keep(Project(folder="/projects", name="old"))
    second = store.projects.keep(Project(folder="/projects", name="new", label=STAYS))
    assert second.project_id == first.project_id
    assert [project.name for project in store.projects.all()] == ["new"]


def test_the_nearest_project_above_a_folder_is_its_own(store: Store) -> None:
    store.projects.keep(Project(folder="/projects", name="work"))
    store.projects.keep(Project(folder="/projects/fair", name="fair", label=PUBLIC))
    names = {
        folder: None if (found := store.projects.project_of(Path(folder))) is None else found.name
        for folder in ("/", "/projects", "/projects/a/b", "/projects/fair", "/projects/fair/x", "/projects/fairground")
    }
    assert names == {
        "/": None,
        "/projects": "work",
        "/projects/a/b": "work",
        "/projects/fair": "fair",
        "/projects/fair/x": "fair",
        "/projects/fairground": "work",
    }


@pytest.mark.parametrize(("outer", "inner"), [(STAYS, STAYS), (UNSET, PUBLIC), (PUBLIC, PUBLIC)])
def test_a_project_inside_one_that_stays_here_stays_here(store: Store, outer: Label, inner: Label) -> None:
    store.projects.keep(Project(folder="/projects", name="outer", label=outer))
    store.projects.keep(Project(folder="/projects/fair", name="inner", label=PUBLIC))
    found = store.projects.project_of(Path("/projects/fair"))
    assert found is not None
    assert found.label == inner


def test_an_answer_is_a_declaration_on_the_folder_and_a_question_is_none(store: Store) -> None:
    store.projects.keep(Project(folder="/asks", name="asks"))
    store.projects.keep(Project(folder="/stays", name="stays", label=STAYS, device=1, inode=2))
    (declared,) = store.projects.declared()
    assert (declared.path, declared.label, declared.is_folder) == ("/stays", STAYS, True)
    assert (declared.device, declared.inode) == (1, 2)


def test_a_conversation_outlives_its_project(store: Store) -> None:
    project = store.projects.keep(Project(folder="/projects", name="work"))
    store.conversations.create(conversation_id="c", project_id=project.project_id)
    assert store.conversations.card("c").project_id == project.project_id
    store.projects.forget(project.project_id)
    assert store.conversations.card("c").project_id is None
    for act in (store.projects.forget, store.projects.by_id):
        with pytest.raises(NotFound):
            act(project.project_id)

"""What persons say of files, folders and projects, as the service keeps, shows and forgets it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import LabelSource, Sensitivity
from aspen.privacy.path_rules import label_of_path
from aspen.service import labels
from aspen.settings import Settings, read_folders
from aspen.store.path_facts import facts_of_path
from aspen.workspace import Workspace
from fakes.scripted_host import ScriptedHost

Verb = Callable[[Workspace, Mapping[str, object]], AsyncGenerator[Frame]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    folders.data.mkdir(parents=True)
    workspace = Workspace.build(folders, Settings(), ScriptedHost())
    workspace.home = tmp_path / "home"
    for name in ("cases/smith", "fair"):
        (workspace.home / name).mkdir(parents=True)
    (workspace.home / "cases" / "smith" / "notes.txt").write_text("x", "utf-8")
    return workspace


async def _call(verb: Verb, workspace: Workspace, **arguments: object) -> dict[str, Any]:
    (frame,) = [frame async for frame in verb(workspace, arguments)]
    return json.loads(json.dumps(frame["result"]))  # as it comes over a wire


async def _declare(workspace: Workspace, name: str, word: str, *providers: str) -> dict[str, Any]:
    path = str(workspace.home / name)
    return await _call(labels.declare, workspace, path=path, label=word, providers=list(providers))


async def _word(workspace: Workspace, name: str) -> str:
    return (await _call(labels.look, workspace, path=str(workspace.home / name)))["word"]


async def test_what_is_said_of_a_folder_holds_for_what_lies_in_it_and_says_why(workspace: Workspace) -> None:
    assert await _word(workspace, "cases/smith/notes.txt") == "ask"
    declared = await _declare(workspace, "cases", "stays-here")
    assert (declared["path"], declared["word"]) == ("~/cases", "stays-here")
    looked = await _call(labels.look, workspace, path=str(workspace.home / "cases" / "smith" / "notes.txt"))
    assert (looked["path"], looked["word"]) == ("~/cases/smith/notes.txt", "stays-here")
    assert looked["label"]["reasons"] == ["notes.txt stays on this computer (folder ~/cases)"]
    assert await _word(workspace, "fair") == "ask"


async def test_what_may_leave_may_leave_to_the_providers_that_were_named(workspace: Workspace) -> None:
    declared = await _declare(workspace, "fair", "may-leave", "acme", "anthropic")
    label = declared["label"]
    assert (label["sensitivity"], label["source"]) == ("public", "declared")
    assert label["providers"] == ["acme", "anthropic"]


async def test_a_laxer_word_inside_of_what_stays_here_is_refused_and_not_kept(workspace: Workspace) -> None:
    await _declare(workspace, "cases", "stays-here")
    for word in ("may-leave", "my-servers"):
        with pytest.raises(Misused) as caught:
            await _declare(workspace, "cases/smith", word)
        assert "That would change nothing" in caught.value.sentence
        assert "folder ~/cases" in caught.value.sentence
    listed = await _call(labels.listing, workspace)
    assert [each["path"] for each in listed["labels"]] == ["~/cases"]


async def test_the_folder_itself_can_be_changed_by_a_person(workspace: Workspace) -> None:
    await _declare(workspace, "cases", "stays-here")
    assert (await _declare(workspace, "cases", "may-leave"))["word"] == "may-leave"
    assert await _word(workspace, "cases/smith/notes.txt") == "may-leave"


async def test_a_stricter_word_inside_of_what_may_leave_holds(workspace: Workspace) -> None:
    await _declare(workspace, "cases", "may-leave")
    await _declare(workspace, "cases/smith", "stays-here")
    assert await _word(workspace, "cases/smith/notes.txt") == "stays-here"
    assert await _word(workspace, "cases") == "may-leave"


async def test_a_folder_named_through_a_link_is_one_word_for_both_names(workspace: Workspace) -> None:
    (workspace.home / "link").symlink_to(workspace.home / "cases")
    await _declare(workspace, "link", "stays-here")
    assert await _word(workspace, "cases/smith/notes.txt") == "stays-here"
    listed = await _call(labels.listing, workspace)
    assert [each["path"] for each in listed["labels"]] == ["~/link"]
    await _call(labels.forget, workspace, path=str(workspace.home / "cases"))
    assert (await _call(labels.listing, workspace))["labels"] == []


async def test_what_was_said_can_be_taken_back_and_then_the_word_above_counts(workspace: Workspace) -> None:
    await _declare(workspace, "cases", "may-leave")
    await _declare(workspace, "cases/smith", "stays-here")
    forgotten = await _call(labels.forget, workspace, path=str(workspace.home / "cases" / "smith"))
    assert forgotten["word"] == "may-leave"
    with pytest.raises(NotFound, match="Nothing was said of ~/cases/smith"):
        await _call(labels.forget, workspace, path=str(workspace.home / "cases" / "smith"))


class Waits:
    """Something that waits for a person; counts how often it was looked at."""

    conversation_id: str | None = None
    waits = True

    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self.looks = 0

    def change(self) -> None:
        raise AssertionError("nobody has changed what it would send")

    async def look_again(self) -> bool:
        self.looks += 1
        return False


async def test_what_waits_for_a_person_is_looked_at_again_after_each_word(workspace: Workspace) -> None:
    waits, path = Waits(), str(workspace.home / "fair")
    workspace.waiting.add(waits)
    await _declare(workspace, "fair", "may-leave")
    await _call(labels.forget, workspace, path=path)
    await _call(labels.set_project, workspace, folder=path, answer="stays-here")
    assert waits.looks == 3


async def test_a_word_about_a_folder_that_is_gone_can_be_taken_back(workspace: Workspace) -> None:
    await _declare(workspace, "fair", "may-leave")
    (workspace.home / "fair").rmdir()
    assert (await _call(labels.forget, workspace, path=str(workspace.home / "fair")))["word"] == "ask"
    assert (await _call(labels.listing, workspace))["labels"] == []


@pytest.mark.parametrize("path", ["fair", "", None, 7, "/a\0b"])
async def test_a_path_that_cannot_be_one_is_refused(workspace: Workspace, path: object) -> None:
    for verb in (labels.declare, labels.forget, labels.look):
        with pytest.raises(Misused, match="absolute path"):
            await _call(verb, workspace, path=path, label="stays-here")


async def test_nothing_cannot_be_labelled(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="There is nothing at"):
        await _declare(workspace, "nowhere", "stays-here")


async def test_a_word_that_is_none_and_providers_that_are_none_are_refused(workspace: Workspace) -> None:
    with pytest.raises(Misused, match="no label 'secret'"):
        await _declare(workspace, "fair", "secret")
    path = str(workspace.home / "fair")
    for providers in ("acme", [""], [1], [None], {"acme": True}):
        with pytest.raises(Misused, match="list of names"):
            await _call(labels.declare, workspace, path=path, label="may-leave", providers=providers)


async def test_without_providers_it_may_leave_to_all(workspace: Workspace) -> None:
    assert (await _declare(workspace, "fair", "may-leave"))["label"]["providers"] is None
    told = await _call(labels.declare, workspace, path=str(workspace.home / "fair"), label="may-leave")
    assert told["label"]["providers"] is None


# Projects.


async def test_a_folder_begins_a_project_that_nobody_was_asked_about(workspace: Workspace) -> None:
    told = await _call(labels.project, workspace, folder=str(workspace.home / "fair"))
    assert told == {
        "schema": 1,
        "folder": "~/fair",
        "path": str(workspace.home / "fair"),
        "name": "fair",
        "answer": "ask",
        "is_asked": False,
        "default_model": None,
        "instructions": "",
    }
    assert (await _call(labels.listing, workspace))["projects"] == []


async def test_a_project_is_the_working_copy_around_a_folder(workspace: Workspace) -> None:
    (workspace.home / "cases" / ".git").mkdir()
    told = await _call(labels.project, workspace, folder=str(workspace.home / "cases" / "smith"))
    assert (told["name"], told["folder"]) == ("cases", "~/cases")


@pytest.mark.parametrize("answer", ["ask", "stays-here", "my-servers", "may-leave"])
async def test_an_answer_is_kept_and_holds_for_the_whole_project(workspace: Workspace, answer: str) -> None:
    kept = await _call(labels.set_project, workspace, folder=str(workspace.home / "cases"), answer=answer)
    assert (kept["answer"], kept["is_asked"]) == (answer, True)
    again = await _call(labels.project, workspace, folder=str(workspace.home / "cases" / "smith"))
    assert (again["name"], again["answer"], again["is_asked"]) == ("cases", answer, True)
    assert await _word(workspace, "cases/smith/notes.txt") == answer


async def test_an_answer_replaces_the_one_before(workspace: Workspace) -> None:
    folder = str(workspace.home / "cases")
    for answer in ("stays-here", "may-leave"):
        await _call(labels.set_project, workspace, folder=folder, answer=answer)
    listed = await _call(labels.listing, workspace)
    assert [(each["folder"], each["answer"]) for each in listed["projects"]] == [("~/cases", "may-leave")]


async def test_a_project_that_was_moved_is_still_known_to_stay_here(workspace: Workspace) -> None:
    await _call(labels.set_project, workspace, folder=str(workspace.home / "cases"), answer="stays-here")
    (workspace.home / "cases").rename(workspace.home / "moved")
    assert await _word(workspace, "moved/smith/notes.txt") == "stays-here"


async def test_an_answer_that_is_none_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Misused):
        await _call(labels.set_project, workspace, folder=str(workspace.home / "fair"), answer="perhaps")


async def test_a_laxer_word_below_a_project_that_stays_here_is_refused(workspace: Workspace) -> None:
    await _call(labels.set_project, workspace, folder=str(workspace.home / "cases"), answer="stays-here")
    with pytest.raises(Misused, match="would change nothing"):
        await _declare(workspace, "cases/smith", "may-leave")


async def test_what_was_kept_is_what_the_store_says_of_a_file(workspace: Workspace) -> None:
    await _declare(workspace, "cases", "stays-here")
    store = await workspace.store()
    declared = store.declared_paths()
    label = label_of_path(facts_of_path(workspace.home / "cases" / "smith" / "notes.txt", declared), declared)
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DECLARED)


async def test_a_project_keeps_instructions_and_what_is_not_named_stays(workspace: Workspace) -> None:
    folder = str(workspace.home / "cases")
    await _call(labels.set_project, workspace, folder=folder, answer="stays-here")
    shown = await _call(labels.set_project, workspace, folder=folder, instructions=" Cite the law. ")
    assert (shown["answer"], shown["instructions"], shown["default_model"]) == ("stays-here", "Cite the law.", None)
    shown = await _call(labels.set_project, workspace, folder=folder, answer="ask")
    assert (shown["answer"], shown["instructions"]) == ("ask", "Cite the law.")


async def test_a_project_s_default_model_is_one_of_this_computer(workspace: Workspace) -> None:
    folder = str(workspace.home / "cases")
    for told in ("claude-opus-5", 7):
        with pytest.raises((NotFound, Misused)):
            await _call(labels.set_project, workspace, folder=folder, default_model=told)
    assert (await _call(labels.listing, workspace))["projects"] == []
    with pytest.raises(Misused, match="Nothing is said"):
        await _call(labels.set_project, workspace, folder=folder)


async def test_a_project_that_is_forgotten_says_nothing_of_its_folder_any_more(workspace: Workspace) -> None:
    folder = str(workspace.home / "cases")
    await _call(labels.set_project, workspace, folder=folder, answer="stays-here")
    assert await _word(workspace, "cases/smith/notes.txt") == "stays-here"
    await _call(labels.forget_project, workspace, folder=folder)
    assert await _word(workspace, "cases/smith/notes.txt") == "ask"
    with pytest.raises(NotFound):
        await _call(labels.forget_project, workspace, folder=folder)


async def test_a_project_in_another_is_not_written_down_as_strict_as_that_one(workspace: Workspace) -> None:
    outer, inner = str(workspace.home / "cases"), str(workspace.home / "cases" / "smith")
    await _call(labels.set_project, workspace, folder=inner, answer="may-leave")
    await _call(labels.set_project, workspace, folder=outer, answer="stays-here")
    await _call(labels.set_project, workspace, folder=inner, instructions="Be brief.")
    listed = (await _call(labels.listing, workspace))["projects"]
    assert {each["path"]: each["answer"] for each in listed} == {outer: "stays-here", inner: "may-leave"}
    assert await _word(workspace, "cases/smith/notes.txt") == "stays-here"

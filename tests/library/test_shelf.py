"""The shelf: files that lie on it, and files of the user's that are remembered where they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from store_builders import GGUF, models_in, problems_in, write_file

from aspen.core.errors import BadModelFile, Failed, Misused, NotFound, NotWritable
from aspen.core.model_card import ModelFile
from aspen.library import starter
from aspen.library.shelf import add_file, find_models, open_file, remove_model


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "data/models"


def test_the_starter_is_known_by_its_file_and_bears_its_own_name(shelf: Path) -> None:
    write_file(shelf / starter.FILE_NAME)
    write_file(shelf / "other-Q4_0.gguf")

    found = models_in(find_models(shelf))

    assert set(found) == {"smollm2:135m", "other-Q4_0"}
    assert found["smollm2:135m"].aliases == ("starter",)


def test_an_added_file_stays_where_it_is_and_is_found_by_its_name(shelf: Path, tmp_path: Path) -> None:
    path = write_file(tmp_path / "mine/My Model (v2)-Q4_0.gguf")

    added = add_file(shelf, path)

    assert added.name == "My-Model-v2-Q4_0"
    assert added.path == path.resolve()
    assert models_in(find_models(shelf)) == {added.name: added}
    assert list(shelf.iterdir()) == [shelf / "added.json"]


def test_a_name_can_be_given_and_a_name_that_is_taken_is_refused(shelf: Path, tmp_path: Path) -> None:
    first, second = (write_file(tmp_path / f"{name}.gguf") for name in ("first", "second"))

    assert add_file(shelf, first, "writer").name == "writer"
    assert add_file(shelf, first, "Writer").name == "Writer"
    with pytest.raises(Misused, match="already stands for"):
        add_file(shelf, second, "writer")
    assert list(models_in(find_models(shelf))) == ["Writer"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", "starter", "auto", "CON", "com1.gguf", "x" * 101, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(
    shelf: Path, tmp_path: Path, name: str
) -> None:
    path = write_file(tmp_path / "model.gguf")

    with pytest.raises(Misused):
        add_file(shelf, path, name)
    assert not shelf.exists()


def test_a_text_file_named_gguf_is_refused_with_what_it_begins_with(shelf: Path, tmp_path: Path) -> None:
    path = write_file(tmp_path / "notes.gguf", "Dear diary")

    with pytest.raises(BadModelFile, match="is not a GGUF file") as caught:
        add_file(shelf, path)
    assert caught.value.facts["first_bytes"] == b"Dear".hex()


def test_a_file_that_is_not_there_or_is_a_folder_or_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")

    with pytest.raises(NotFound):
        open_file(tmp_path / "gone.gguf")
    for path in (tmp_path, tmp_path / "pipe.gguf"):
        with pytest.raises(BadModelFile, match="cannot be read"):
            open_file(path)


def test_a_split_file_brings_its_other_parts_or_says_which_is_missing(tmp_path: Path) -> None:
    first = write_file(tmp_path / "big-00001-of-00002.gguf")

    with pytest.raises(BadModelFile, match=r"big-00002-of-00002\.gguf is not beside it"):
        open_file(first)

    write_file(tmp_path / "big-00002-of-00002.gguf")
    model = open_file(first)
    assert model.name == "big"
    assert len(model.paths) == 2
    assert model.size_bytes == 2 * len(GGUF)


def test_a_file_with_another_ending_is_a_model_when_it_begins_as_one(tmp_path: Path) -> None:
    path = write_file(tmp_path / "sha256-abc")

    assert open_file(path) == ModelFile(name="sha256-abc", store="file", paths=(path.resolve(),), size_bytes=len(GGUF))


def test_an_added_file_that_is_gone_is_a_problem_and_hides_no_other(shelf: Path, tmp_path: Path) -> None:
    gone, stays = (write_file(tmp_path / f"{name}.gguf") for name in ("gone", "stays"))
    add_file(shelf, gone)
    add_file(shelf, stays)
    gone.unlink()

    findings = list(find_models(shelf))

    assert list(models_in(findings)) == ["stays"]
    assert problems_in(findings)[0].sentence == f"gone was added, but is unusable: There is no file {gone.resolve()}."


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": 2}', '{"schema": 1, "models": ['])
def test_a_broken_list_of_added_files_is_told_and_never_overwritten(shelf: Path, tmp_path: Path, content: str) -> None:
    added = write_file(shelf / "added.json", content)
    write_file(shelf / "own.gguf")
    path = write_file(tmp_path / "model.gguf")

    findings = list(find_models(shelf))
    with pytest.raises(Failed):
        add_file(shelf, path)

    assert list(models_in(findings)) == ["own"]
    assert len(problems_in(findings)) == 1
    assert added.read_text() == content


def test_hostile_entries_in_the_list_of_added_files_are_passed_over(shelf: Path) -> None:
    entries = [7, {}, {"name": "a"}, {"name": "b", "path": "a\0b"}, {"name": "c", "path": "/\ud800"}]
    write_file(shelf / "added.json", json.dumps({"schema": 1, "models": entries}))

    findings = list(find_models(shelf))

    assert models_in(findings) == {}
    assert all(problem.sentence.isprintable() for problem in problems_in(findings))


def test_removing_forgets_an_added_file_and_deletes_one_on_the_shelf(shelf: Path, tmp_path: Path) -> None:
    path = write_file(tmp_path / "mine.gguf")
    own = write_file(shelf / "own.gguf")
    added = add_file(shelf, path)

    assert remove_model(shelf, added) == ()
    assert path.exists()
    assert remove_model(shelf, models_in(find_models(shelf))["own"]) == (own.resolve(),)
    assert list(find_models(shelf)) == []


def test_a_model_of_another_application_is_never_removed(shelf: Path, tmp_path: Path) -> None:
    path = write_file(tmp_path / "blob")
    model = ModelFile(name="llama3.2", store="ollama", paths=(path,), size_bytes=1)

    with pytest.raises(Misused, match="belongs to Ollama") as caught:
        remove_model(shelf, model)
    assert "ollama rm llama3.2" in caught.value.hint
    assert path.exists()


def test_a_home_that_may_not_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    path = write_file(tmp_path / "model.gguf")
    blocker = write_file(tmp_path / "data", "a file where a folder should be")

    with pytest.raises(NotWritable) as caught:
        add_file(blocker / "models", path)
    assert "ASPEN_HOME" in caught.value.hint


def test_the_list_of_added_files_is_for_its_owner_alone(shelf: Path, tmp_path: Path) -> None:
    add_file(shelf, write_file(tmp_path / "model.gguf"))

    assert (shelf / "added.json").stat().st_mode & 0o777 == 0o600


def test_the_starter_on_disk_is_a_model(starter_model: Path) -> None:
    model = open_file(starter_model)

    assert model.path.name == starter.FILE_NAME
    assert model.size_bytes == starter.GGUF_BYTES

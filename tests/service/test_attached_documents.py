"""Documents and folders that are attached to a question, through a real core and the real reader in its jail."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fakes.docx_writer import docx_of, paragraph
from fakes.pdf_writer import deep_pdf, pdf_of
from fakes.service_home import ServiceHome

READER = "aspen.readers.reader_child"
SHORT = {"temperature": 0, "answer_tokens": 8}
RETRY = "def send(order):\n    for attempt in range(3):\n        retry_with_backoff(order, attempt)\n"


def _ask(home: ServiceHome, *paths: Path, words: str = "When does it end?", **more: Any) -> list[dict[str, Any]]:
    told = {"messages": [{"role": "user", "content": words}], "files": [str(path) for path in paths]}
    return list(home.run("ask", json.dumps({**told, "options": SHORT, **more})).frames)


def _result(frames: list[dict[str, Any]]) -> dict[str, Any]:
    assert "result" in frames[-1], frames[-1]
    return frames[-1]["result"]


def _read(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["text"] for frame in frames if frame.get("event") == "read"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small one, with something that is ignored, and a link that leads out of it."""
    folder = tmp_path / "repo"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "sending.py").write_text(RETRY)
    (folder / "README.md").write_text("# Orders\n\nTakes orders and sends them on.\n")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "old.log").write_text("retry retry retry")
    outside = tmp_path / "outside.txt"
    outside.write_text("retry logic of somebody else")
    (folder / "linked.txt").symlink_to(outside)
    return folder


def test_a_pdf_goes_whole_with_its_pages(shared_home: ServiceHome, tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    path.write_bytes(pdf_of(["The parties are Ann and Bo.", "The contract ends in May 2031."]))
    frames = _ask(shared_home, path)
    result = _result(frames)
    assert _read(frames) == ["Read contract.pdf whole."]
    assert (result["passages_read"], result["passages_in_all"], result["files_read"]) == (2, 2, 1)


def test_a_word_file_goes_whole(shared_home: ServiceHome, tmp_path: Path) -> None:
    path = tmp_path / "terms.docx"
    path.write_bytes(docx_of(paragraph("Terms", "Ueberschrift1") + paragraph("Thirty days of notice.")))
    frames = _ask(shared_home, path)
    assert _read(frames) == ["Read terms.docx whole."]
    assert _result(frames)["files_read"] == 1


def test_two_documents_of_one_name_are_told_apart(shared_home: ServiceHome, tmp_path: Path) -> None:
    paths = [tmp_path / name / "a.pdf" for name in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(pdf_of([f"From {path.parent.name}."]))
    result = _result(_ask(shared_home, *paths))
    assert (result["passages_read"], result["files_read"]) == (2, 2)


def test_a_folder_is_searched_and_what_is_ignored_or_lies_outside_is_not_read(
    shared_home: ServiceHome, repository: Path
) -> None:
    frames = _ask(shared_home, repository, words="Where is the retry logic?")
    result = _result(frames)
    assert _read(frames) == ["Read 1 of 2 passages (1 file)."]
    assert (result["passages_read"], result["passages_in_all"], result["files_read"]) == (1, 2, 1)
    notes = [frame["text"] for frame in frames if frame.get("event") == "note"]
    assert any("1 link" in note and "1 ignored by .gitignore" in note for note in notes), notes


def test_a_change_in_a_folder_is_seen_by_the_next_question(shared_home: ServiceHome, repository: Path) -> None:
    _ask(shared_home, repository, words="zeppelin")
    (repository / "new.md").write_text("The zeppelin lands at noon.\n")
    assert _read(_ask(shared_home, repository, words="zeppelin"))[0].startswith("Read 1 of 3 passages")


def test_a_small_text_file_goes_along_as_it_always_did(shared_home: ServiceHome, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("The fair is in May.")
    frames = _ask(shared_home, path, conversation="new")
    result = _result(frames)
    assert _read(frames) == []
    assert (result["passages_read"], result["citations"]) == (0, [])


def test_a_text_file_that_is_too_large_goes_in_passages(shared_home: ServiceHome, tmp_path: Path) -> None:
    path = tmp_path / "diary.txt"
    days = [f"Day {day}. Nothing of note happened, and the weather stayed as it was before." for day in range(3000)]
    days[1234] = "Day 1234. The zeppelin came down in the orchard behind the house."
    path.write_text("\n\n".join(days))
    frames = _ask(shared_home, path, words="Where did the zeppelin come down?")
    assert _read(frames)[0].startswith("Read ")
    assert 0 < _result(frames)["passages_read"] <= 8 < _result(frames)["passages_in_all"]


def test_a_hostile_document_gives_one_honest_sentence_and_the_next_is_read(
    shared_home: ServiceHome, tmp_path: Path
) -> None:
    hostile, fine = tmp_path / "deep.pdf", tmp_path / "fine.pdf"
    hostile.write_bytes(deep_pdf(200_000))
    fine.write_bytes(pdf_of(["All is well."]))
    error = _ask(shared_home, hostile)[-1]["error"]
    assert "deep.pdf" in error["sentence"]
    assert _read(_ask(shared_home, fine)) == ["Read fine.pdf whole."]


def test_what_cannot_be_read_is_said(shared_home: ServiceHome, tmp_path: Path) -> None:
    picture, gone = tmp_path / "scan.pdf", tmp_path / "gone.pdf"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert "is a picture" in _ask(shared_home, picture)[-1]["error"]["sentence"]
    assert _ask(shared_home, gone)[-1]["error"]["code"] == "not_found"


def test_the_reader_stands_among_what_is_proven(shared_home: ServiceHome, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(["Words."]))
    _ask(shared_home, path)
    assert len(shared_home.pids(READER)) == 1
    told = shared_home.run("prove", json.dumps({"canary": "canary-canary-canary"})).result
    assert [(each["name"], each["pid"]) for each in told["readers"]] == [("documents", *shared_home.pids(READER))]
    assert told["readers"][0]["level"] == told["engines"][0]["level"]
    assert shared_home.run("doctor").result["readers"]["documents"] == {"is_installed": True}


def test_no_index_holds_a_word_that_can_be_read_and_none_outlives_a_process_without_a_key(
    starter_home: ServiceHome, repository: Path
) -> None:
    (repository / "kept.md").write_text("retry the zeppelinflight\n")
    _ask(starter_home, repository, words="Where is the retry logic?")
    kept = list((starter_home.folders.cache / "indexes").iterdir())
    assert kept
    for file in kept:
        content = file.read_bytes()
        assert b"zeppelinflight" not in content
        assert os.fsencode(repository.name) not in content
    starter_home.stop()
    left = list((starter_home.folders.cache / "indexes").iterdir())
    assert not [path for path in left if "passing" in path.name]


def test_numbers_go_on_within_a_conversation_and_the_instruction_is_not_remembered(
    shared_home: ServiceHome, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(["The first page.", "The second page."]))
    begun = _result(_ask(shared_home, path, conversation="new"))
    _result(_ask(shared_home, path, conversation=begun["conversation"]))
    exported = tmp_path / "chat.md"
    done = shared_home.aspen("export", begun["conversation"], "-o", str(exported))
    assert done.code == 0, done
    written = exported.read_text()
    assert all(f"[{number}] p. {page}" in written for number, page in ((1, 1), (2, 2), (3, 1), (4, 2)))
    assert "square brackets" not in written

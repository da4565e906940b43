from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aspen.core.errors import Misused
from aspen.documents.attaching import FolderIndexes, Question, read_files, read_folder
from aspen.documents.choosing import Attached
from aspen.documents.document import Document, DocumentKind
from aspen.documents.walking import WalkBounds

KEY = bytes(range(32))


def parse(name: str, content: bytes) -> Document:
    if b"broken" in content:
        raise Misused(f"{name} is damaged.")
    pages = ("The rent is 900 euros.", "The notice is three months.")
    starts = (0, len(pages[0]) + 2)
    text = "\n\n".join(pages)
    return Document(text=text, kind=DocumentKind.PDF, page_starts=starts, notes=("Page 3 could not be read.",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "repo"
    (made / "src").mkdir(parents=True)
    (made / "src" / "retry.py").write_text("def retry():\n    return 3\n")
    (made / "contract.pdf").write_text("%PDF-1.4")
    (made / "bad.pdf").write_text("%PDF-1.4 broken")
    (made / ".env").write_text("secret")
    return made


@pytest.fixture(params=[KEY, None], ids=["kept", "passing"])
def indexes(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FolderIndexes]:
    made = FolderIndexes(tmp_path / "cache", request.param)
    made.tidy()
    yield made
    made.close()


def test_a_question_to_a_folder_gets_sources_with_places_and_honest_sentences(
    folder: Path, indexes: FolderIndexes
) -> None:
    reading = read_folder(folder, Question(text="How long is the notice?", budget_tokens=500), indexes, parse)
    assert [source.words for source in reading.chosen.sources] == ["contract.pdf, p. 2"]
    assert reading.sentences == (
        "Read 1 of 3 passages (1 file).",
        "3 files to read; left out: 1 hidden file or folder.",
        "bad.pdf is damaged.",
        "contract.pdf: Page 3 could not be read.",
    )


def test_a_citation_is_opened_later_until_its_file_changes(folder: Path, indexes: FolderIndexes) -> None:
    question = Question(text="retry", budget_tokens=500, first_number=7)
    (source,) = read_folder(folder, question, indexes, parse).chosen.sources
    assert (source.number, source.words) == (7, "src/retry.py:1-2")
    assert source.passage_id is not None
    opened = indexes.passage(folder, source.passage_id)
    assert opened is not None
    assert opened.passage == source.passage
    (folder / "src" / "retry.py").write_text("def other(): ...\n")
    read_folder(folder, question, indexes, parse)
    assert indexes.passage(folder, source.passage_id) is None


def test_what_may_not_be_kept_ends_with_the_process(folder: Path, tmp_path: Path) -> None:
    question = Question(text="retry", budget_tokens=500)
    for key, is_left in ((KEY, True), (None, False)):
        indexes = FolderIndexes(tmp_path / "other", key)
        read_folder(folder, question, indexes, parse)
        indexes.close()
        assert bool(list((tmp_path / "other").iterdir())) is is_left
        FolderIndexes(tmp_path / "other", None).tidy(0)
        assert list((tmp_path / "other").iterdir()) == []


def test_a_folder_that_is_too_large_is_said(folder: Path, indexes: FolderIndexes) -> None:
    reading = read_folder(folder, Question(text="retry", budget_tokens=500), indexes, parse, WalkBounds(files=1))
    assert any("the rest was not looked at" in sentence for sentence in reading.sentences)


LONG = "\n\n".join(f"Clause {number}. " + f"Word{number} " * 80 for number in range(40))


def test_of_a_file_that_is_too_large_the_passages_that_matter_are_taken(indexes: FolderIndexes) -> None:
    attached = [Attached(path="long.txt", document=Document(text=LONG, kind=DocumentKind.TEXT))]
    reading = read_files(attached, Question(text="What of word27?", budget_tokens=400), indexes)
    assert "Word27" in reading.chosen.sources[0].passage.text
    assert reading.sentences[0].startswith("Read 1 of ")


def test_a_question_without_a_word_of_the_file_reads_its_beginning_and_says_so(indexes: FolderIndexes) -> None:
    attached = [Attached(path="long.txt", document=Document(text=LONG, kind=DocumentKind.TEXT, notes=("Cut.",)))]
    reading = read_files(attached, Question(text="Summarise!", budget_tokens=1_000), indexes)
    assert reading.chosen.sources[0].passage.place.first_line == 1
    assert "its beginning was read" in reading.sentences[1]
    assert reading.sentences[2] == "long.txt: Cut."

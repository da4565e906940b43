from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from aspen.core.errors import Misused, ProviderFailed
from aspen.documents.document import Document, DocumentKind
from aspen.documents.index import Index, Refreshed
from aspen.documents.index_file import index_path, open_index_file, passing_index_file, tidy
from aspen.documents.reading import parsing_with, reading_below
from aspen.documents.searching import search
from aspen.documents.walking import walk

KEY = bytes(range(32))
LONG_AGO = 1_000_000_000


class Disk:
    """A folder, its index, and how often documents were read by a scripted reader."""

    def __init__(self, folder: Path, index: Index) -> None:
        self.folder = folder
        self.index = index
        self.documents_read: list[str] = []

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, ns=(LONG_AGO, LONG_AGO + path.stat().st_size))
        return path

    def refresh(self) -> Refreshed:
        return self.index.refresh(walk(self.folder).files, reading_below(self.folder), parsing_with(self.parse))

    def parse(self, name: str, content: bytes) -> Document:
        self.documents_read.append(name)
        if b"hostile" in content:
            raise Misused(f"{name} is damaged.")
        if b"later" in content:
            raise ProviderFailed(f"{name} could not be read just now.")
        return Document(text="one\n\ntwo\n\n", kind=DocumentKind.PDF, page_starts=(0, 5), notes=("Page 3 is missing.",))

    def found(self, question: str) -> list[str]:
        return [each.path for each in search(self.index, question).passages]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "folder").mkdir()
    with open_index_file(tmp_path / "kept" / "i", KEY) as connection:
        yield Disk(tmp_path / "folder", Index(connection))


def test_what_was_written_is_found_and_only_what_changed_is_read_again(disk: Disk) -> None:
    disk.write("a.txt", "apples grow on trees")
    disk.write("b.txt", "bears sleep in winter")
    assert disk.refresh() == Refreshed(files=2, passages=2, read=2, unchanged=0, gone=0, unread=())
    assert disk.found("where do bears sleep?") == ["b.txt"]
    disk.write("a.txt", "apricots grow on other trees")
    assert disk.refresh() == Refreshed(files=2, passages=2, read=1, unchanged=1, gone=0, unread=())
    assert disk.found("apricots") == ["a.txt"]
    assert disk.found("apples") == []


def test_a_file_that_is_gone_is_not_found_any_more(disk: Disk) -> None:
    path = disk.write("a.txt", "apples")
    disk.refresh()
    path.unlink()
    assert disk.refresh().gone == 1
    assert disk.found("apples") == []


def test_a_touched_file_with_the_same_content_is_not_indexed_again(disk: Disk) -> None:
    path = disk.write("a.txt", "apples")
    disk.refresh()
    before = search(disk.index, "apples").passages[0].passage_id
    os.utime(path, ns=(LONG_AGO, LONG_AGO + 77))
    assert disk.refresh().unchanged == 1
    assert search(disk.index, "apples").passages[0].passage_id == before


def test_a_file_that_was_written_just_now_is_looked_at_again(disk: Disk) -> None:
    """It may change once more within the same time stamp and with the same size."""
    path = disk.write("a.txt", "apples")
    os.utime(path)
    disk.refresh()
    before = path.stat()
    path.write_text("grapes")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    disk.refresh()
    assert disk.found("grapes") == ["a.txt"]


def test_a_document_goes_to_its_reader_once_and_has_pages(disk: Disk) -> None:
    disk.write("a.pdf", "%PDF-1.4")
    disk.refresh()
    disk.refresh()
    assert disk.documents_read == ["a.pdf"]
    assert [each.passage.place.first_page for each in disk.index.passages_of("a.pdf")] == [1, 2]
    assert disk.index.notes() == (("a.pdf", "Page 3 is missing."),)


def test_what_cannot_be_read_is_told_and_not_tried_again_until_it_changes(disk: Disk) -> None:
    disk.write("a.pdf", "%PDF-1.4 hostile")
    disk.write("b.txt", "bears")
    assert disk.refresh().unread == (("a.pdf", "a.pdf is damaged."),)
    assert disk.refresh().unread == (("a.pdf", "a.pdf is damaged."),)
    assert disk.documents_read == ["a.pdf"]


def test_what_could_not_be_read_just_now_is_tried_again(disk: Disk) -> None:
    disk.write("a.pdf", "%PDF-1.4 later")
    disk.refresh()
    disk.refresh()
    assert disk.documents_read == ["a.pdf", "a.pdf"]


def test_what_is_binary_by_its_content_is_told(disk: Disk) -> None:
    disk.write("a.txt", "\0\1")
    ((path, why),) = disk.refresh().unread
    assert path == "a.txt"
    assert "cannot be read as a document" in why


def test_a_file_that_was_swapped_for_another_is_not_read(disk: Disk) -> None:
    disk.write("a.txt", "apples")
    found = walk(disk.folder).files
    secret = disk.folder.parent / "secret.txt"
    secret.write_text("secret")
    (disk.folder / "a.txt").unlink()
    (disk.folder / "a.txt").symlink_to(secret)
    done = disk.index.refresh(found, reading_below(disk.folder), parsing_with(disk.parse))
    assert [path for path, _ in done.unread] == ["a.txt"]
    assert disk.found("secret") == []


def test_a_passage_is_opened_by_its_number_and_the_place_is_true(disk: Disk) -> None:
    text = "".join(f"Paragraph {number} speaks of {'x' * 40}.\n\n" for number in range(200))
    disk.write("a.txt", text)
    disk.refresh()
    found = search(disk.index, "Paragraph 117").passages[0]
    opened = disk.index.passage(found.passage_id)
    assert opened == found
    assert text[found.passage.place.start : found.passage.place.end] == found.passage.text
    disk.write("a.txt", "other")
    disk.refresh()
    assert disk.index.passage(found.passage_id) is None


def test_no_word_of_a_file_stands_in_the_open_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with open_index_file(tmp_path / "kept" / "i", KEY) as connection:
        disk = Disk(tmp_path / "folder", Index(connection))
        disk.write("a.txt", "supercalifragilistic " * 50)
        disk.refresh()
        kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").iterdir())
    assert kept
    assert b"supercali" not in kept


def test_an_index_with_another_key_or_with_damage_is_made_anew(tmp_path: Path) -> None:
    path = index_path(tmp_path, Path("/home/somebody/folder"))
    for key in (KEY, secrets.token_bytes(32)):
        with open_index_file(path, key) as connection:
            assert Index(connection).passage_count == 0
            connection.execute("PRAGMA user_version")
    path.write_bytes(b"\0" * 8192)
    with open_index_file(path, KEY) as connection:
        assert Index(connection).passage_count == 0


def test_a_passing_index_leaves_nothing(tmp_path: Path) -> None:
    with passing_index_file(tmp_path) as connection:
        assert Index(connection).passage_count == 0
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_tidying_removes_what_a_kill_left_and_the_longest_unused(tmp_path: Path) -> None:
    for name, age in (("old.index", 30), ("new.index", 10), ("left.passing-index", 1)):
        path = tmp_path / name
        path.write_bytes(b"x" * 100)
        os.utime(path, (LONG_AGO - age, LONG_AGO - age))
    tidy(tmp_path, 150)
    assert [path.name for path in tmp_path.iterdir()] == ["new.index"]
    tidy(tmp_path / "nothing", 150)
